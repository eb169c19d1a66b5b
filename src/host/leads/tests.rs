//! Files of leads.
