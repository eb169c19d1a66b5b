//! Puts the catalogue's words into clap's help.

use clap::{Arg, ArgAction, Command};

use crate::words::Words;

use super::args::EXAMPLES;

/// The command with its help in the language of `words`.
pub fn translated(command: Command, words: &Words) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let version = Arg::new("version").long("version").short('V').action(ArgAction::Version);
    let command = command.disable_version_flag(true).arg(version);
    let mut command = headed(described(command, words), words)
        .about(words.say("screen.about").to_owned())
        .subcommand_help_heading(words.say("screen.commands").to_owned())
        .after_help(words.say("screen.codes").to_owned());
    for name in names {
        let example = EXAMPLES.iter().find(|(command, _)| *command == name).map_or("", |(_, example)| example);
        let about = words.find(&format!("help.{name}")).unwrap_or_default().to_owned();
        let after = format!("{}:\n  {example}", words.say("screen.example"));
        command = command.mut_subcommand(&name, |sub| {
            headed(inner(&name, described(sub, words), words), words).about(about).after_help(after)
        });
    }
    command
}

/// The commands of a command, such as `recordings list`.
fn inner(outer: &str, command: Command, words: &Words) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let heading = words.say("screen.commands").to_owned();
    let command = command.disable_help_subcommand(true).subcommand_help_heading(heading);
    names.into_iter().fold(command, |command, name| {
        let about = words.find(&format!("help.{outer}_{name}")).unwrap_or_default().to_owned();
        command.mut_subcommand(name, |sub| headed(described(sub, words), words).about(about))
    })
}

/// Each argument with its help, under its heading.
fn described(command: Command, words: &Words) -> Command {
    let command = command.disable_help_flag(true).arg(Arg::new("help").long("help").short('h').action(ArgAction::Help));
    command.mut_args(|arg| {
        let help = words.find(&format!("arg.{}", arg.get_id())).unwrap_or_default().to_owned();
        let heading = if arg.is_positional() { words.say("screen.arguments") } else { words.say("screen.options") };
        let arg = arg.help(help).help_heading(heading.to_owned());
        match COMMON.iter().position(|common| arg.get_id() == common) {
            Some(place) => arg.display_order(AFTER_ITS_OWN + place),
            None => arg,
        }
    })
}

fn headed(command: Command, words: &Words) -> Command {
    command
        .help_template(format!("{{about}}\n\n{}: {{usage}}\n\n{{all-args}}{{after-help}}", words.say("screen.usage")))
}

/// The options of every command, in the order of the help.
const COMMON: [&str; 6] = ["socket", "config", "json", "lang", "help", "version"];
/// No command has so many options of its own.
const AFTER_ITS_OWN: usize = 100;

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cmd::args::Cli;
    use crate::words::Language;

    #[test]
    fn the_heading_of_inner_commands_is_in_the_persons_language() {
        let mut command = translated(Cli::command(), &Words::new(Language::Portuguese));
        let help = command.find_subcommand_mut("recordings").unwrap().render_help().to_string();
        assert!(help.contains("\nComandos:\n") && !help.contains("Commands"), "{help}");
    }

    #[test]
    fn every_command_and_argument_has_words_and_every_command_an_example() {
        let words = Words::new(Language::Portuguese);
        let command = translated(Cli::command(), &words);
        command.clone().debug_assert();
        for sub in command.get_subcommands() {
            assert!(words.find(&format!("help.{}", sub.get_name())).is_some(), "help.{}", sub.get_name());
            assert!(EXAMPLES.iter().any(|(name, _)| *name == sub.get_name()), "example of {}", sub.get_name());
            for within in sub.get_subcommands() {
                let key = format!("help.{}_{}", sub.get_name(), within.get_name());
                assert!(words.find(&key).is_some(), "{key}");
            }
            for arg in sub.get_arguments().chain(sub.get_subcommands().flat_map(|within| within.get_arguments())) {
                assert!(words.find(&format!("arg.{}", arg.get_id())).is_some(), "arg.{}", arg.get_id());
            }
        }
    }

    #[test]
    fn every_example_is_a_command_that_is_understood() {
        for (name, example) in EXAMPLES {
            let typed = example.split(['|', '>']).next().unwrap_or_default();
            // What stands between quotes is one word.
            let words = typed.split('\'').enumerate().flat_map(|(at, part)| match at % 2 {
                0 => part.split_whitespace().collect(),
                _ => vec![part],
            });
            let matches = Cli::command().try_get_matches_from(words);
            let matches = matches.unwrap_or_else(|error| panic!("{example}: {error}"));
            assert_eq!(matches.subcommand_name(), Some(*name));
        }
    }
}
