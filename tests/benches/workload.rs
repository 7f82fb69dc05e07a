//! The records of the workload, and the same rules written by hand.

use footrule_native::columns::{Column, Columns, Values};
use footrule_native::kernel::ListId;
use footrule_native::layout::{self, Kind, Layout, List};
use footrule_number::Ratio;
use footrule_tests::fuzz::Rng;
use rust_decimal::Decimal;

/// A number between two, both included.
fn between(rng: &mut Rng, lo: i64, hi: i64) -> i64 {
    lo + (rng.draw() % (hi - lo + 1) as u64) as i64
}

/// Name, decimals, range in units of the last decimal.
pub const NUMBERS: [(&str, u32, i64, i64); 28] = [
    ("m_al", 3, 1_000_000, 250_000_000),
    ("m_by", 3, 0, 0),
    ("alumina_use", 1, 19_000, 19_600),
    ("alumina_ef", 4, 6_000, 25_000),
    ("anode_use", 2, 39_000, 45_000),
    ("anode_ef", 4, 3_000, 9_000),
    ("anode_c", 2, 9_500, 9_950),
    ("anode_s", 2, 80, 350),
    ("anode_ash", 2, 10, 80),
    ("alf3", 2, 1_200, 2_500),
    ("cryolite", 2, 0, 800),
    ("el_ac", 1, 2_000, 9_000),
    ("el_dc", 1, 128_000, 155_000),
    ("rect_eff", 4, 9_650, 9_900),
    ("green", 4, 0, 10_000),
    ("ae", 4, 0, 12_000),
    ("s_cf4", 4, 800, 1_900),
    ("s_c2f6", 5, 500, 2_000),
    ("ng", 2, 2_000, 15_000),
    ("ncv", 3, 33_000, 38_000),
    ("ng_c", 3, 14_800, 15_900),
    ("ng_ox", 3, 990, 1_000),
    ("leg1_t", 3, 10, 2_500),
    ("leg1_km", 1, 50, 120_000),
    ("leg2_t", 3, 10, 2_500),
    ("leg2_km", 1, 50, 120_000),
    ("leg3_t", 3, 10, 2_500),
    ("leg3_km", 1, 50, 120_000),
];

const CHOICES: [(&str, i64); 4] = [("region", 7), ("mode1", 5), ("mode2", 5), ("mode3", 5)];

/// Columns of so many records.
pub fn alu(rows: usize) -> (Layout, Columns) {
    let mut rng = Rng::new(42);
    let mut units: Vec<Vec<i64>> = vec![Vec::new(); 28];
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); 4];
    for _ in 0..rows {
        for (k, (_, _, lo, hi)) in NUMBERS.iter().enumerate() {
            let most = if k == 1 { units[0].last().copied().unwrap_or(0) / 50 } else { *hi };
            units[k].push(between(&mut rng, *lo, most));
        }
        for (k, (_, n)) in CHOICES.iter().enumerate() {
            members[k].push(between(&mut rng, 0, n - 1) as u32);
        }
    }
    let number = Kind::Number { factor: Ratio::ONE, offset: None };
    let outputs = Some(vec!["total".to_owned(), "report.flag".to_owned()]);
    let mut layout = Layout { outputs, ..Layout::default() };
    let mut columns = Columns { rows, ..Columns::default() };
    for ((name, scale, ..), units) in NUMBERS.iter().zip(units) {
        layout.columns.push(layout::Column { path: (*name).into(), kind: number, list: None, nullable: false });
        columns.columns.push(Column { values: Values::Decimal { units, scale: *scale }, given: None });
    }
    for ((name, _), v) in CHOICES.iter().zip(members) {
        layout.columns.push(layout::Column { path: (*name).into(), kind: Kind::Member, list: None, nullable: false });
        columns.columns.push(Column { values: Values::Member(v), given: None });
    }
    (layout, columns)
}

const GRID: [i64; 7] = [2510, 280, 110, 6205, 8120, 4930, 1100];
const MODE: [i64; 5] = [8700, 2160, 740, 3100, 1600];

macro_rules! alu_by_hand {
    ($x:ident, $grid:expr, $mode:expr, $k:expr, $min:expr) => {{
        let k = $k;
        let e_alumina = $x[2] * $x[3];
        let e_anode = $x[4] * $x[5];
        let c_pct = $min($x[6], k(100, 0) - $x[7] - $x[8]);
        let e_anox = $x[4] * c_pct / k(100, 0) * k(44, 0) / k(12, 0);
        let e_bath = $x[9] * k(470, 2) + $x[10] * k(315, 2);
        let el = $x[11] + $x[12] / $x[13];
        let ef = $x[14] * k(240, 4) + (k(1, 0) - $x[14]) * $grid;
        let e_el = el * ef;
        let e_pfc = $x[15] * ($x[16] * k(7380, 0) + $x[17] * k(12400, 0));
        let e_ng = $x[18] * $x[19] * $x[20] * $x[21] / k(1000, 0) * k(44, 0) / k(12, 0);
        let e_tr = $x[22] * $x[23] * $mode[0] + $x[24] * $x[25] * $mode[1] + $x[26] * $x[27] * $mode[2];
        let total = e_alumina + e_anode + e_anox + e_bath + e_el + e_pfc + e_ng + e_tr;
        let cut = total * k(1, 2);
        let zero = k(0, 0);
        let excl = (if e_bath < cut { e_bath } else { zero })
            + (if e_ng < cut { e_ng } else { zero })
            + (if e_tr < cut { e_tr } else { zero });
        let kept = if excl > total * k(5, 2) { total } else { total - excl };
        kept * ($x[0] / ($x[0] + $x[1]))
    }};
}

/// By hand in rust_decimal: the figure at three decimals, and the flag.
pub fn alu_decimal(x: &[Decimal; 28], c: [usize; 4]) -> (Decimal, u32) {
    let mode = [1, 2, 3].map(|k| Decimal::new(MODE[c[k]], 5));
    let pcf = alu_by_hand!(x, Decimal::new(GRID[c[0]], 4), mode, Decimal::new, |a: Decimal, b: Decimal| a.min(b));
    let flag = if pcf < Decimal::new(4500, 0) {
        1
    } else if pcf > Decimal::new(16000, 0) {
        2
    } else {
        0
    };
    (pcf.round_dp(3), flag)
}

/// By hand in f64.
#[inline(always)]
pub fn alu_float(x: &[f64; 28], c: [usize; 4]) -> (f64, u32) {
    const P: [f64; 6] = [1.0, 10.0, 100.0, 1000.0, 10_000.0, 100_000.0];
    let k = |n: i64, s: usize| n as f64 / P[s];
    let mode = [1, 2, 3].map(|k| MODE[c[k]] as f64 / 1e5);
    let pcf = alu_by_hand!(x, GRID[c[0]] as f64 / 1e4, mode, k, |a: f64, b: f64| a.min(b));
    let flag = if pcf < 4500.0 {
        1
    } else if pcf > 16000.0 {
        2
    } else {
        0
    };
    ((pcf * 1000.0).round() / 1000.0, flag)
}

/// A material: Ev, Erec, A, Q, R2 in units of 10^-4, 10^-4, 10^-1, 10^-2, 10^-2.
pub type Material = [i64; 5];

/// The materials, the rule over them, and so many packs.
pub fn bom(rows: usize) -> (Vec<Material>, String, Layout, Columns) {
    let mut rng = Rng::new(42);
    let materials: Vec<Material> = (0..200)
        .map(|_| {
            let a = [2, 5, 8][between(&mut rng, 0, 2) as usize];
            [
                between(&mut rng, 2_000, 250_000),
                between(&mut rng, 1_000, 100_000),
                a,
                between(&mut rng, 50, 100),
                between(&mut rng, 0, 95),
            ]
        })
        .collect();
    let mut rule = include_str!("bom.pcr").to_owned();
    let names: Vec<String> = (0..200).map(|i| format!("MAT{i:03}")).collect();
    rule.push_str(&format!("\nenum Material {{ {} }}\n", names.join("; ")));
    rule.push_str("table datum(material: Material) -> (ev: kg{CO2}/kg{part}, erec: kg{CO2}/kg{part}, a: number, q: number, r2: number) source workload {\n");
    for (name, m) in names.iter().zip(&materials) {
        let d = |k: usize, s: u32| Decimal::new(m[k], s);
        rule.push_str(&format!("    {name} => {}, {}, {}, {}, {}\n", d(0, 4), d(1, 4), d(2, 1), d(3, 2), d(4, 2)));
    }
    rule.push_str("}\n");
    let mut offsets = vec![0];
    let (mut energy, mut kind, mut mass, mut share) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rows {
        energy.push(between(&mut rng, 2_000, 12_000));
        for _ in 0..between(&mut rng, 30, 70) {
            kind.push(between(&mut rng, 0, 199) as u32);
            mass.push(between(&mut rng, 10, 200_000));
            share.push(between(&mut rng, 0, 1_000));
        }
        offsets.push(kind.len() as u32);
    }
    let number = Kind::Number { factor: Ratio::ONE, offset: None };
    let items = Some(ListId(0));
    let column = |path: &str, kind, list| layout::Column { path: path.into(), kind, list, nullable: false };
    let layout = Layout {
        lists: vec![List { path: "items".into(), parent: None }],
        columns: vec![
            column("energy", number, None),
            column("items[].material", Kind::Member, items),
            column("items[].mass", number, items),
            column("items[].recycled", number, items),
        ],
        outputs: Some(vec!["total".to_owned()]),
        ..Layout::default()
    };
    let decimal = |units, scale| Column { values: Values::Decimal { units, scale }, given: None };
    let columns = Columns {
        rows,
        columns: vec![
            decimal(energy, 2),
            Column { values: Values::Member(kind), given: None },
            decimal(mass, 4),
            decimal(share, 3),
        ],
        offsets: vec![offsets],
    };
    (materials, rule, layout, columns)
}

/// Packs by hand in rust_decimal.
pub struct Bom {
    materials: Vec<[Decimal; 5]>,
    energy: Vec<Decimal>,
    items: Vec<(usize, Decimal, Decimal)>,
    offsets: Vec<usize>,
}

impl Bom {
    pub fn new(materials: &[Material], columns: &Columns) -> Self {
        let decimals = |k: usize| match &columns.columns[k].values {
            Values::Decimal { units, scale } => units.iter().map(|u| Decimal::new(*u, *scale)).collect::<Vec<_>>(),
            _ => Vec::new(),
        };
        let Values::Member(kinds) = &columns.columns[1].values else { unreachable!("materials are members") };
        let (mass, share) = (decimals(2), decimals(3));
        let items = kinds.iter().zip(mass).zip(share).map(|((k, m), s)| (*k as usize, m, s));
        let of = |m: &Material| {
            [
                Decimal::new(m[0], 4),
                Decimal::new(m[1], 4),
                Decimal::new(m[2], 1),
                Decimal::new(m[3], 2),
                Decimal::new(m[4], 2),
            ]
        };
        Self {
            materials: materials.iter().map(of).collect(),
            energy: decimals(0),
            items: items.collect(),
            offsets: columns.offsets[0].iter().map(|o| *o as usize).collect(),
        }
    }

    pub fn decimal(&self, row: usize) -> Decimal {
        let one = Decimal::ONE;
        let mut sum = Decimal::ZERO;
        for (k, mass, r1) in &self.items[self.offsets[row]..self.offsets[row + 1]] {
            let [ev, erec, a, q, r2] = self.materials[*k];
            let f = (one - r1) * ev + r1 * (a * erec + (one - a) * ev * q) + (one - a) * r2 * (erec - ev * q);
            sum += mass * f;
        }
        (sum / self.energy[row]).round_dp(3)
    }
}
