/* Reads rows of `mill` from a file and writes the figures of each: status, total, what is dyed, and the texts of the object.
 *
 * A file holds the number of rows and of steps, then for each row what is made, the share of each fibre and whether it is
 * given, and where its steps end, then for each step its name, loss and heat. A name is the number of a text. */
#include "mill.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t next(FILE *f) {
    int64_t x;
    if (fscanf(f, "%" SCNd64, &x) != 1) exit(3);
    return x;
}

/* The code of a text: its place among those that the rule knows, or a number of its own beyond. */
static uint32_t code(const char *text, uint32_t number) {
    const char *const known[] = MILL_TEXTS;
    uint32_t i;
    for (i = 0; i < MILL_TEXTS_COUNT; i++)
        if (strcmp(known[i], text) == 0) return i;
    return MILL_TEXTS_COUNT + number;
}

int main(int argc, char **argv) {
    const char *const names[] = {"spinning", "weaving", "dyeing", "finishing", "knitting"};
    FILE *f = argc == 2 ? fopen(argv[1], "r") : NULL;
    size_t rows, steps, i, k;
    if (f == NULL) return 2;
    rows = (size_t)next(f);
    steps = (size_t)next(f);

    int64_t *made = calloc(rows, sizeof *made);
    int64_t *share[3];
    uint8_t *given[3];
    uint32_t *offsets = calloc(rows + 1, sizeof *offsets);
    uint32_t *name = calloc(steps + 1, sizeof *name);
    int64_t *loss = calloc(steps + 1, sizeof *loss);
    int64_t *heat = calloc(steps + 1, sizeof *heat);
    int64_t *total = calloc(rows, sizeof *total);
    int64_t *dyed = calloc(rows, sizeof *dyed);
    uint8_t *status = calloc(rows, sizeof *status);
    for (k = 0; k < 3; k++) {
        share[k] = calloc(rows, sizeof *share[k]);
        given[k] = calloc(rows, sizeof *given[k]);
    }

    for (i = 0; i < rows; i++) {
        made[i] = next(f);
        for (k = 0; k < 3; k++) {
            share[k][i] = next(f);
            given[k][i] = (uint8_t)next(f);
        }
        offsets[i + 1] = (uint32_t)next(f);
    }
    for (i = 0; i < steps; i++) {
        uint32_t number = (uint32_t)next(f);
        name[i] = code(names[number], number);
        loss[i] = next(f);
        heat[i] = next(f);
    }

    const mill_columns in = {.made = made,
                             .share_cotton = share[0],
                             .share_cotton_given = given[0],
                             .share_wool = share[1],
                             .share_wool_given = given[1],
                             .share_polyester = share[2],
                             .share_polyester_given = given[2],
                             .steps_offsets = offsets,
                             .steps_name = name,
                             .steps_loss = loss,
                             .steps_heat = heat};
    const mill_figures out = {.total = total, .report_dyed = dyed, .status = status};
    size_t sure = mill_evaluate(&in, rows, &out);
    for (i = 0; i < rows; i++) printf("%u %" PRId64 " %" PRId64 "\n", (unsigned)status[i], total[i], dyed[i]);
    printf("%u %s %s %s\n", (unsigned)sure, mill_rule, mill_version, mill_meaning);
    return 0;
}
