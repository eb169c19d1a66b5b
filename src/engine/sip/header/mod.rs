//! Header field names and the values that have a structure of their own.

mod name;
pub(crate) mod text;
mod via;

pub use name::Name;
pub use text::unquote;
pub use via::Via;
