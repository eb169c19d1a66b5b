//! The one binary.

fn main() -> std::process::ExitCode {
    ramal::cmd::main()
}
