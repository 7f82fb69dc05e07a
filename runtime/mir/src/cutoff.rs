//! Cut-offs: what may be left out of a footprint.

use crate::{InputId, Named, PlaceId};
use footrule_number::Number;
use serde::{Deserialize, Serialize};

/// `cutoff each 1% total 5% by mass`. Its requirements stand among the checks; this says what they are about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutoffInfo {
    /// Labels and clause; a cut-off is named by its basis.
    pub name: Named,
    /// The largest share of one flow.
    pub each: Number,
    /// The largest share of all of them.
    pub total: Number,
    /// The list of the flows left out: records with `name`, `share` and `reason`, and with `basis` where a rule has
    /// several cut-offs.
    pub input: InputId,
    /// Place.
    pub place: PlaceId,
}
