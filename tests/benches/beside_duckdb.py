"""`footrule batch` and DuckDB over the same Parquet file: the aluminium workload.

    python3 -m venv venv && venv/bin/pip install duckdb
    cargo build --release -p footrule
    venv/bin/python tests/benches/beside_duckdb.py target/release/footrule 10000000 [SEED]

DuckDB computes in DECIMAL(19, 9) (its division is a DOUBLE, which is cast back); so its last digit can differ where the
rounding cell is near. Each row that differs is calculated once more here, with 50 digits, and the script says who is right.
Peak memory is that of the process, as the kernel saw it. Wall times depend on what else the machine does; so the script
prints its load, and the processor time that each side took.
"""

import os, subprocess, sys, tempfile, time
from decimal import ROUND_HALF_EVEN, Decimal as D, getcontext
import duckdb

getcontext().prec = 50

NUMBERS = [
    ("m_al", 3, 1_000_000, 250_000_000), ("alumina_use", 1, 19_000, 19_600), ("alumina_ef", 4, 6_000, 25_000),
    ("anode_use", 2, 39_000, 45_000), ("anode_ef", 4, 3_000, 9_000), ("anode_c", 2, 9_500, 9_950),
    ("anode_s", 2, 80, 350), ("anode_ash", 2, 10, 80), ("alf3", 2, 1_200, 2_500), ("cryolite", 2, 0, 800),
    ("el_ac", 1, 2_000, 9_000), ("el_dc", 1, 128_000, 155_000), ("rect_eff", 4, 9_650, 9_900), ("green", 4, 0, 10_000),
    ("ae", 4, 0, 12_000), ("s_cf4", 4, 800, 1_900), ("s_c2f6", 5, 500, 2_000), ("ng", 2, 2_000, 15_000),
    ("ncv", 3, 33_000, 38_000), ("ng_c", 3, 14_800, 15_900), ("ng_ox", 3, 990, 1_000),
    ("leg1_t", 3, 10, 2_500), ("leg1_km", 1, 50, 120_000), ("leg2_t", 3, 10, 2_500), ("leg2_km", 1, 50, 120_000),
    ("leg3_t", 3, 10, 2_500), ("leg3_km", 1, 50, 120_000),
]
GRID = dict(EU="0.2510", NO="0.0280", IS="0.0110", CN="0.6205", IN="0.8120", GCC="0.4930", CA="0.1100")
MODE = dict(road="0.08700", rail="0.02160", sea="0.00740", inland="0.03100", short_sea="0.01600")


def table(con, path, rows, seed):
    """Writes the Parquet file."""
    con.execute(f"SELECT setseed({seed})")
    whole = lambda lo, hi: f"(({lo} + floor(random() * {hi - lo + 1}))::BIGINT)"
    decimal = lambda x, s: f"(({x}) * (1::DECIMAL(18,{s}) / {10**s})::DECIMAL(18,{s}))::DECIMAL(18,{s})"
    columns = [f"{decimal(whole(lo, hi), s)} AS {name}" for name, s, lo, hi in NUMBERS]
    columns.append(f"{decimal(whole(0, 20_000), 3)} AS m_by")
    pick = lambda names: f"(['{chr(39) + ',' + chr(39)}'])".replace("','", "','".join(names)) + f"[1 + floor(random() * {len(names)})::INT]"
    columns += [f"{pick(list(GRID))} AS region"] + [f"{pick(list(MODE))} AS mode{k}" for k in (1, 2, 3)]
    con.execute(f"COPY (SELECT {', '.join(columns)} FROM range({rows})) TO '{path}' (FORMAT parquet, COMPRESSION snappy)")


def query(source, target):
    """The same rule in SQL."""
    d = lambda x: f"CAST({x} AS DECIMAL(19,9))"
    mul = lambda *xs: xs[0] if len(xs) == 1 else d(f"{d(mul(*xs[:-1]))} * {d(xs[-1])}")
    div = lambda a, b: d(f"{d(a)} / {d(b)}")
    case = lambda name, values: f"CASE {name} " + " ".join(f"WHEN '{k}' THEN {v}" for k, v in values.items()) + " END"
    legs = " + ".join(mul(f"leg{k}_t", f"leg{k}_km", case(f"mode{k}", MODE)) for k in (1, 2, 3))
    parts = dict(
        e_alumina=mul("alumina_use", "alumina_ef"), e_anode=mul("anode_use", "anode_ef"),
        e_anox=div(mul(div(mul("anode_use", "least(anode_c, 100 - anode_s - anode_ash)"), "100"), "44"), "12"),
        e_bath=f"{mul('alf3', '4.70')} + {mul('cryolite', '3.15')}",
        e_el=mul(f"(el_ac + {div('el_dc', 'rect_eff')})",
                 f"({mul('green', '0.0240')} + {mul('(1 - green)', case('region', GRID))})"),
        e_pfc=mul("ae", f"({mul('s_cf4', '7380')} + {mul('s_c2f6', '12400')})"),
        e_ng=div(mul(div(mul("ng", "ncv", "ng_c", "ng_ox"), "1000"), "44"), "12"), e_tr=legs)
    inner = ", ".join(f"{v} AS {k}" for k, v in parts.items())
    total = " + ".join(parts)
    cut = " + ".join(f"(CASE WHEN {k} < {mul('total', '0.01')} THEN {k} ELSE 0 END)" for k in ("e_bath", "e_ng", "e_tr"))
    kept = f"CASE WHEN excluded > {mul('total', '0.05')} THEN total ELSE total - excluded END"
    pcf = mul(f"({kept})", div("m_al", "(m_al + m_by)"))
    return f"""COPY (SELECT round(pcf, 3)::DECIMAL(18,3) AS total,
        CASE WHEN pcf < 4500 THEN 1 WHEN pcf > 16000 THEN 2 ELSE 0 END AS flag FROM (SELECT {pcf} AS pcf FROM
        (SELECT *, {cut} AS excluded FROM (SELECT *, {total} AS total FROM
        (SELECT m_al, m_by, {inner} FROM '{source}'))))) TO '{target}' (FORMAT parquet, COMPRESSION snappy)"""


def exact(r):
    """The same rule once more: total and flag of a row."""
    anode_c = min(r["anode_c"], 100 - r["anode_s"] - r["anode_ash"])
    grid = r["green"] * D("0.0240") + (1 - r["green"]) * D(GRID[r["region"]])
    bath = r["alf3"] * D("4.70") + r["cryolite"] * D("3.15")
    gas = r["ng"] * r["ncv"] * r["ng_c"] * r["ng_ox"] / 1000 * 44 / 12
    legs = sum(r[f"leg{k}_t"] * r[f"leg{k}_km"] * D(MODE[r[f"mode{k}"]]) for k in (1, 2, 3))
    total = (r["alumina_use"] * r["alumina_ef"] + r["anode_use"] * r["anode_ef"]
             + r["anode_use"] * anode_c / 100 * 44 / 12 + bath + (r["el_ac"] + r["el_dc"] / r["rect_eff"]) * grid
             + r["ae"] * (r["s_cf4"] * 7380 + r["s_c2f6"] * 12400) + gas + legs)
    excluded = sum(x for x in (bath, gas, legs) if x < total * D("0.01"))
    kept = total if excluded > total * D("0.05") else total - excluded
    pcf = kept * r["m_al"] / (r["m_al"] + r["m_by"])
    return pcf.quantize(D("0.001"), ROUND_HALF_EVEN), 1 if pcf < 4500 else 2 if pcf > 16000 else 0


def compare(con, source, ours, theirs):
    """In how many rows the results differ, and in how many of them either is wrong."""
    names = [c[0] for c in con.execute(f"DESCRIBE SELECT * FROM '{ours}'").fetchall()]
    total, flag = (next(n for n in names if n.startswith(p)) for p in ("total", "report"))
    file = lambda path: f"read_parquet('{path}', file_row_number = true)"
    found = con.execute(f"""SELECT a."{total}", a."{flag}", b.total, b.flag, s.* FROM {file(ours)} a
        JOIN {file(theirs)} b USING (file_row_number) JOIN {file(source)} s USING (file_row_number)
        WHERE a."{total}" <> b.total OR a."{flag}" <> b.flag""")
    columns, rows = [c[0] for c in found.description], found.fetchall()
    right = [exact(dict(zip(columns[4:], row[4:]))) for row in rows]
    wrong = lambda k: sum(tuple(row[k : k + 2]) != r for row, r in zip(rows, right))
    count = con.execute(f"SELECT count(*) FROM '{ours}'").fetchone()[0]
    return count, len(rows), wrong(0), wrong(2)


def measured(call):
    """Wall seconds, processor seconds and peak memory in MB of a process."""
    start = time.time()
    process = subprocess.Popen(call)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{call[0]} failed")
    return time.time() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    footrule, rows, seed = sys.argv[1], int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "0.42"
    here = os.path.dirname(os.path.abspath(__file__))
    with tempfile.TemporaryDirectory() as folder:
        source, ours, theirs = (os.path.join(folder, n) for n in ("in.parquet", "ours.parquet", "theirs.parquet"))
        # DuckDB works in processes of its own, too: a process inherits the peak memory of the one that starts it.
        duck = [sys.executable, os.path.abspath(__file__), "--sql"]
        measured([*duck, source, str(rows), seed])
        own = [footrule, "batch", os.path.join(here, "alu.pcr"), "--input", source, "--output", ours,
               "--columns", "total,reports", "--overwrite"]
        print(f"load {os.getloadavg()[0]:.1f}", flush=True)
        first = measured(own)
        wall, used, memory = measured([*duck, source, theirs])
        # Twice more: the machine may do other things, too.
        runs = sorted([first, measured(own), measured(own)])
        mid, mid_used, _ = runs[1]
        count, differ, wrong, theirs_wrong = compare(duckdb.connect(), source, ours, theirs)
        print(f"{count} rows of {rows}: footrule {' '.join(f'{r[0]:.2f}' for r in runs)} s (processor {mid_used:.1f} s, "
              f"peak {max(r[2] for r in runs):.0f} MB), DuckDB {wall:.1f} s (processor {used:.1f} s, peak {memory:.0f} MB): "
              f"{wall / mid:.1f} times as fast, {used / mid_used:.1f} times less processor time; {differ} rows differ, "
              f"wrong of them: footrule {wrong}, DuckDB {theirs_wrong}")
        print(f"load {os.getloadavg()[0]:.1f}")


def sql(source, *rest):
    """In a process of its own: makes the table, or calculates it."""
    con = duckdb.connect()
    con.execute("SET enable_progress_bar = false")
    if len(rest) == 2:
        table(con, source, int(rest[0]), rest[1])
    else:
        con.execute(query(source, rest[0]))


sql(*sys.argv[2:]) if sys.argv[1] == "--sql" else main()
