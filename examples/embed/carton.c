/* Footprints of three products, by a rule that was built with
 *
 *     footrule build examples/embed/carton.pcr --emit object,header \
 *         --figures total --out build
 *     cc -Ibuild examples/embed/carton.c build/carton.o -o carton
 */
#include "carton.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#if CARTON_TOTAL_DECIMALS != 2 || CARTON_PAPER_DECIMALS != 6
#error "this program prints two decimals, and counts in millionths"
#endif

#define ROWS 3
#define MILLION INT64_C(1000000)

int main(void) {
    /* In millionths of the unit that carton.h names. */
    const int64_t production[ROWS] = {1000 * MILLION, 1000 * MILLION, 1000 * MILLION};
    const int64_t paper[ROWS] = {1050 * MILLION, 1050 * MILLION, 3000000 * MILLION};
    const uint32_t grade[ROWS] = {CARTON_GRADE_recycled, CARTON_GRADE_virgin, CARTON_GRADE_virgin};
    const int64_t power[ROWS] = {300000 * MILLION, 300000 * MILLION, 300000 * MILLION};
    /* The second product only; the rule says what holds for the others. */
    const int64_t steam[ROWS] = {0, 12500000, 0};
    const uint8_t steam_given[ROWS] = {0, 1, 0};

    int64_t total[ROWS];
    uint8_t loss[ROWS];
    uint8_t status[ROWS];

    carton_columns in;
    carton_figures out;
    size_t sure, row;

    /* The header belongs to the object. */
    if (strcmp(carton_meaning, CARTON_MEANING) != 0) return 2;

    in.production = production;
    in.paper = paper;
    in.grade = grade;
    in.power = power;
    in.steam = steam;
    in.steam_given = steam_given;
    out.total = total;
    out.warns_loss = loss;
    out.status = status;
    sure = carton_evaluate(&in, ROWS, &out);

    for (row = 0; row < ROWS; row++) {
        if (status[row] == FOOTRULE_SURE)
            printf("%" PRId64 ".%02" PRId64 " kg CO2e per t%s\n", total[row] / 100, total[row] % 100,
                   loss[row] ? ", much paper is lost" : "");
        else
            printf("ask the reference\n");
    }
    printf("%u of %u rows are sure\n", (unsigned)sure, (unsigned)ROWS);
    return 0;
}
