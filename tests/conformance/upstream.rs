//! Rules whose footprints the constructs take.

/// With fuels, a list, a requirement and a warning.
pub(super) const UPSTREAM: &str = "rule up en \"upstream\"\nversion 1.0.0\nvalid from 2026-01-01\ngwp AR6\nuse std.gas\n\
    flow slab en \"slab\"\ndeclared unit 1 t{slab} of cast\nround 1 decimals in kg{CO2e}/t{slab}\nstage s en \"s\"\n\
    source s1 { title \"constructed\"; year 2026; gwp AR6; status constructed }\n\
    enum Fuel { coal; wood }\ntable factor(f: Fuel) -> kg{CO2e}/kg source s1 { coal => 3; wood => 2 }\n\
    record Load { name: text; mass: kg where >= 0 }\n\
    input cast: t{slab} where > 0\ninput burnt: kg where >= 0\ninput fuel: Fuel\ninput leak: kg{CH4} default 0\n\
    input loads: list of Load default []\n\
    require burnt <= 1000 kg else en \"too much\"\nwarn burnt <= 500 kg else en \"much\"\nemission fire in s = burnt * factor(fuel)\n\
    emission leaks in s = leak\nemission loaded in s for l in loads = l.mass * (if l.name == \"far\" then 2 else 1) * 1 kg{CO2e}/kg\n";

/// Two of whose lines are of one gas, each given or assumed.
pub(super) const CAST: &str = "rule cast en \"upstream\"\nversion 1.0.0\nvalid from 2026-01-01\ngwp AR6\nuse std.gas\n\
    flow ingot en \"ingot\"\ndeclared unit 1 t{ingot} of made\nround 1 decimals in kg{CO2e}/t{ingot}\nstage s en \"s\"\n\
    input made: t{ingot} where > 0\ninput leak: kg{CH4} default 0\ninput vent: kg{CH4} default 2 kg{CH4}\n\
    emission leaks in s = leak\nemission vents in s = vent\n";
