//! Header field names and the values that have a structure of their own.

mod name;
mod refer_to;
pub mod replaces;
pub(crate) mod text;
mod via;

pub use name::Name;
pub use refer_to::ReferTo;
pub use replaces::Replaces;
pub use text::unquote;
pub use via::Via;
