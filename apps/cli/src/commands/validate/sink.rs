//! Where findings go while a file is read.

use tracewire_wire::validate::Finding;

use crate::error::CliError;
use crate::term::Screen;

/// Takes what was found so far.
pub(super) type Sink<'a> = dyn FnMut(Vec<Finding>, &mut Screen<'_>) -> Result<(), CliError> + 'a;
