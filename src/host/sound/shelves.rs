//! Where each sound of an installation stands: what the program brings along, the folder that is configured, and what was put in by
//! the desktop. A name is looked for from the last to the first.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use media::Rate;
use media::sound::Sound;

use super::SoundError;
use super::library::{BUILT_IN, Library, decode, open};

/// The three places.
#[derive(Clone, Debug)]
pub struct Shelves {
    configured: Option<PathBuf>,
    desktop: PathBuf,
}

/// Which of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shelf {
    Program,
    /// `sounds_dir`.
    Folder,
    Desktop,
}

/// A sound where it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct StandingSound {
    pub name: String,
    pub shelf: Shelf,
    /// Another of this name stands behind it, and plays when it is taken away.
    pub replaces: bool,
    pub seconds: f32,
}

/// Why a file is not taken as a sound.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum WrongSound {
    #[error("a sound's name has 1 to 48 of a-z 0-9 -")]
    Name,
    #[error("this is no WAV file of 8 to 32 bits: {0}")]
    NotWav(String),
    #[error("a sound has one or two channels of 8 to 48 kHz; this file has {channels} of {hertz} Hz")]
    Format { channels: u16, hertz: u32 },
    #[error("a sound lasts 0.1 s to 5 min; this file has {0:.1} s")]
    Length(f32),
}

impl Shelves {
    pub fn new(configured: Option<&Path>, data_dir: &Path) -> Shelves {
        Shelves { configured: configured.map(Path::to_owned), desktop: data_dir.join(FOLDER) }
    }

    /// Every sound, ready to be played.
    pub fn load(&self) -> Result<Library, SoundError> {
        let own = Library::built_in()?;
        self.folders().try_fold(own, |all, (_, folder)| Ok(all.overlaid(Library::load(folder)?)))
    }

    /// Every sound by name; a file that cannot be read stands with no length.
    pub fn list(&self) -> io::Result<Vec<StandingSound>> {
        let mut all: BTreeMap<String, StandingSound> = BTreeMap::new();
        let mut stand = |name: &str, shelf, bytes: &[u8]| {
            let seconds = open(bytes).map_or(0.0, |reader| reader.duration() as f32 / reader.spec().sample_rate as f32);
            let replaces = all.contains_key(name);
            all.insert(name.to_owned(), StandingSound { name: name.to_owned(), shelf, replaces, seconds });
        };
        BUILT_IN.iter().for_each(|(name, bytes)| stand(name, Shelf::Program, bytes));
        for (shelf, folder) in self.folders() {
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                let wav = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("wav"));
                if let (true, Some(name)) = (wav, path.file_stem()) {
                    stand(&name.to_string_lossy(), shelf, &fs::read(&path)?);
                }
            }
        }
        Ok(all.into_values().collect())
    }

    /// The file that plays under this name.
    pub fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        if !is_name(name) {
            return Ok(None);
        }
        let files = [Some(&self.desktop), self.configured.as_ref()];
        for file in files.into_iter().flatten().map(|folder| folder.join(name).with_extension("wav")) {
            match fs::read(file) {
                Err(why) if why.kind() == io::ErrorKind::NotFound => {}
                read => return read.map(Some),
            }
        }
        Ok(BUILT_IN.iter().find(|(own, _)| *own == name).map(|(_, bytes)| bytes.to_vec()))
    }

    /// Puts a sound in before all others of its name: as it will be played, one channel of 8 or 16 kHz.
    pub fn put(&self, name: &str, sound: &Sound) -> io::Result<()> {
        let (rate, samples) = sound.samples(Rate::Wide);
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: rate.hertz(),
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut wav = io::Cursor::new(Vec::new());
        let written = hound::WavWriter::new(&mut wav, spec).and_then(|mut writer| {
            samples.iter().try_for_each(|sample| writer.write_sample(*sample))?;
            writer.finalize()
        });
        written.map_err(io::Error::other)?;
        fs::create_dir_all(&self.desktop)?;
        let file = self.file(name);
        let fresh = file.with_extension("new");
        let mut new = fs::File::create(&fresh)?;
        new.write_all(wav.get_ref())?;
        new.sync_all()?;
        fs::rename(fresh, file)
    }

    /// Takes one away that was put in here; false where there is none.
    pub fn remove(&self, name: &str) -> io::Result<bool> {
        match fs::remove_file(self.file(name)) {
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(false),
            done => done.map(|()| true),
        }
    }

    /// Those there are, the last one first asked.
    fn folders(&self) -> impl Iterator<Item = (Shelf, &Path)> {
        let desktop = self.desktop.is_dir().then_some((Shelf::Desktop, self.desktop.as_path()));
        self.configured.iter().map(|folder| (Shelf::Folder, folder.as_path())).chain(desktop)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.desktop.join(name).with_extension("wav")
    }
}

/// A file that somebody sent, as a sound.
///
/// # Errors
/// What is wrong with it, and what would be right.
pub fn judged(name: &str, bytes: &[u8]) -> Result<Sound, WrongSound> {
    if !is_name(name) {
        return Err(WrongSound::Name);
    }
    let reader = open(bytes).map_err(|why| WrongSound::NotWav(why.to_string()))?;
    let (channels, hertz) = (reader.spec().channels, reader.spec().sample_rate);
    if !(1..=2).contains(&channels) || !(LOWEST..=HIGHEST).contains(&hertz) {
        return Err(WrongSound::Format { channels, hertz });
    }
    let seconds = reader.duration() as f32 / hertz as f32;
    if !(SHORTEST..=LONGEST).contains(&seconds) {
        return Err(WrongSound::Length(seconds));
    }
    decode(reader).map_err(|why| WrongSound::NotWav(why.to_string()))
}

/// A file of the folder and nothing else.
fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=LONGEST_NAME).contains(&name.len()) && name.chars().all(plain)
}

/// In the data directory.
const FOLDER: &str = "sounds";
const LONGEST_NAME: usize = 48;
/// Hz.
const LOWEST: u32 = 8_000;
const HIGHEST: u32 = 48_000;
/// In s: a loop shorter than that hums, one longer than that is no music to wait by, and lies in memory.
const SHORTEST: f32 = 0.1;
const LONGEST: f32 = 300.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn wav(hertz: u32, channels: u16, seconds: f32) -> Vec<u8> {
        let spec = hound::WavSpec {
            channels,
            sample_rate: hertz,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut bytes = io::Cursor::new(Vec::new());
        let mut writer = hound::WavWriter::new(&mut bytes, spec).unwrap();
        for n in 0..(seconds * hertz as f32) as u32 * u32::from(channels) {
            writer.write_sample((n % 100) as i16).unwrap();
        }
        writer.finalize().unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_sound_that_is_put_in_plays_until_it_is_taken_away() {
        let folder = std::env::temp_dir().join(format!("ramal-shelves-{}", std::process::id()));
        let shelves = Shelves::new(None, &folder);
        let stands = |name: &str| shelves.list().unwrap().into_iter().find(|one| one.name == name);
        let own = shelves.read("music").unwrap().unwrap();
        assert_eq!(stands("music").map(|one| (one.shelf, one.replaces)), Some((Shelf::Program, false)));
        shelves.put("music", &judged("music", &wav(44_100, 2, 2.0)).unwrap()).unwrap();
        let music = stands("music").unwrap();
        assert_eq!((music.shelf, music.replaces, music.seconds), (Shelf::Desktop, true, 2.0));
        let plays = shelves.load().unwrap().get("music").unwrap();
        assert_eq!(plays.samples(Rate::Wide).1.len(), 32_000);
        assert_ne!(shelves.read("music").unwrap().unwrap(), own);
        assert!(shelves.remove("music").unwrap() && !shelves.remove("music").unwrap());
        assert_eq!(shelves.read("music").unwrap().unwrap(), own);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_is_no_sound_of_ours_is_refused_with_what_would_be() {
        let refused = |name: &str, bytes: &[u8]| judged(name, bytes).unwrap_err();
        for name in ["", "../music", "Música", "a.b", "a/b"] {
            assert_eq!(refused(name, &wav(8_000, 1, 1.0)), WrongSound::Name, "{name}");
            assert_eq!(Shelves::new(None, Path::new("/tmp")).read(name).unwrap(), None);
        }
        assert!(matches!(refused("music", b"ID3 an MP3"), WrongSound::NotWav(_)));
        let mut cut = wav(8_000, 1, 1.0);
        cut.truncate(1_000);
        assert!(matches!(refused("music", &cut), WrongSound::NotWav(_)));
        assert_eq!(refused("music", &wav(4_000, 1, 1.0)), WrongSound::Format { channels: 1, hertz: 4_000 });
        assert_eq!(refused("music", &wav(8_000, 3, 1.0)), WrongSound::Format { channels: 3, hertz: 8_000 });
        assert_eq!(refused("music", &wav(8_000, 1, 0.05)), WrongSound::Length(0.05));
        assert_eq!(refused("music", &wav(8_000, 1, 301.0)), WrongSound::Length(301.0));
    }
}
