/* Reads rows of `alu` from a file, 32 integers each, and writes the figures of each: status, total, flag. */
#include "alu.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define NUMBERS(X)                                                                                                     \
    X(m_al) X(m_by) X(alumina_use) X(alumina_ef) X(anode_use) X(anode_ef) X(anode_c) X(anode_s) X(anode_ash) X(alf3)   \
    X(cryolite) X(el_ac) X(el_dc) X(rect_eff) X(green) X(ae) X(s_cf4) X(s_c2f6) X(ng) X(ncv) X(ng_c) X(ng_ox)          \
    X(leg1_t) X(leg1_km) X(leg2_t) X(leg2_km) X(leg3_t) X(leg3_km)
#define CHOICES(X) X(region) X(mode1) X(mode2) X(mode3)

static int64_t next(FILE *f) {
    int64_t x;
    if (fscanf(f, "%" SCNd64, &x) != 1) exit(3);
    return x;
}

int main(int argc, char **argv) {
    FILE *f = argc == 2 ? fopen(argv[1], "r") : NULL;
    size_t rows, i;
    alu_columns in;
    alu_figures out;
    if (f == NULL) return 2;
    rows = (size_t)next(f);

#define NUMBER(name) int64_t *name = calloc(rows, sizeof *name);
#define CHOICE(name) uint32_t *name = calloc(rows, sizeof *name);
    NUMBERS(NUMBER)
    CHOICES(CHOICE)
    for (i = 0; i < rows; i++) {
#define READ_NUMBER(name) name[i] = next(f);
#define READ_CHOICE(name) name[i] = (uint32_t)next(f);
        NUMBERS(READ_NUMBER)
        CHOICES(READ_CHOICE)
    }
#define PUT(name) in.name = name;
    NUMBERS(PUT)
    CHOICES(PUT)
    out.total = calloc(rows, sizeof *out.total);
    out.report_flag = calloc(rows, sizeof *out.report_flag);
    out.status = calloc(rows, sizeof *out.status);
    size_t sure = alu_evaluate(&in, rows, &out);
    for (i = 0; i < rows; i++) {
        printf("%u %" PRId64 " %" PRId64 "\n", (unsigned)out.status[i], out.total[i], out.report_flag[i]);
    }
    printf("%u %s %s %s\n", (unsigned)sure, alu_rule, alu_version, alu_meaning);
    return 0;
}
