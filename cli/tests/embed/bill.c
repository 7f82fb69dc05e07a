/* Reads rows of `bill` from a file and writes the figures of each: status, total, parts bought, and the texts of the object.
 *
 * A file holds the number of rows and of parts, then for each row packs and where its parts end, then for each part
 * material, mass, recycled, whether that is given, bought. */
#include "bill.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static int64_t next(FILE *f) {
    int64_t x;
    if (fscanf(f, "%" SCNd64, &x) != 1) exit(3);
    return x;
}

int main(int argc, char **argv) {
    FILE *f = argc == 2 ? fopen(argv[1], "r") : NULL;
    size_t rows, parts, i;
    if (f == NULL) return 2;
    rows = (size_t)next(f);
    parts = (size_t)next(f);

    int64_t *packs = calloc(rows, sizeof *packs);
    uint32_t *offsets = calloc(rows + 1, sizeof *offsets);
    uint32_t *material = calloc(parts, sizeof *material);
    int64_t *mass = calloc(parts, sizeof *mass);
    int64_t *recycled = calloc(parts, sizeof *recycled);
    uint8_t *given = calloc(parts, sizeof *given);
    uint8_t *bought = calloc(parts, sizeof *bought);
    int64_t *total = calloc(rows, sizeof *total);
    int64_t *count = calloc(rows, sizeof *count);
    uint8_t *status = calloc(rows, sizeof *status);

    for (i = 0; i < rows; i++) {
        packs[i] = next(f);
        offsets[i + 1] = (uint32_t)next(f);
    }
    for (i = 0; i < parts; i++) {
        material[i] = (uint32_t)next(f);
        mass[i] = next(f);
        recycled[i] = next(f);
        given[i] = (uint8_t)next(f);
        bought[i] = (uint8_t)next(f);
    }

    const bill_columns in = {.packs = packs,
                             .parts_offsets = offsets,
                             .parts_material = material,
                             .parts_mass = mass,
                             .parts_recycled = recycled,
                             .parts_recycled_given = given,
                             .parts_bought = bought};
    const bill_figures out = {.total = total, .report_parts_bought = count, .status = status};
    size_t sure = bill_evaluate(&in, rows, &out);
    for (i = 0; i < rows; i++) printf("%u %" PRId64 " %" PRId64 "\n", (unsigned)status[i], total[i], count[i]);
    printf("%u %s %s %s\n", (unsigned)sure, bill_rule, bill_version, bill_meaning);
    return 0;
}
