//! The folder of sounds, each read once and then shared.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

use media::sound::Sound;

use super::SoundError;

/// Every WAV of a folder, by its name without ending.
#[derive(Clone, Debug, Default)]
pub struct Library(BTreeMap<String, Sound>);

impl Library {
    /// The sounds that the program brings along (`sounds/`).
    pub fn built_in() -> Result<Library, SoundError> {
        let read = |(name, bytes): &(&str, &[u8])| {
            let path = Path::new("built in").join(name);
            let problem = |source| SoundError::Wav { path: path.clone(), source };
            Ok(((*name).to_owned(), decode(open(bytes).map_err(problem)?).map_err(problem)?))
        };
        BUILT_IN.iter().map(read).collect::<Result<_, _>>().map(Library)
    }

    /// With the sounds of `other` added, and in the place of those of the same name.
    #[must_use]
    pub fn overlaid(mut self, other: Library) -> Library {
        self.0.extend(other.0);
        self
    }

    /// Reads the folder's WAV files; one that cannot be read is an error that names it.
    pub fn load(folder: &Path) -> Result<Library, SoundError> {
        let problem = |source| SoundError::Folder { path: folder.to_owned(), source };
        let mut sounds = BTreeMap::new();
        for entry in fs::read_dir(folder).map_err(problem)? {
            let path = entry.map_err(problem)?.path();
            if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("wav"))
                && let Some(name) = path.file_stem()
            {
                sounds.insert(name.to_string_lossy().into_owned(), read_wav(&path)?);
            }
        }
        Ok(Library(sounds))
    }

    /// The sound of this name; the same one every time.
    pub fn get(&self, name: &str) -> Option<Sound> {
        self.0.get(name).cloned()
    }

    /// All names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// A WAV file of any rate as mono; of several channels the mean.
pub fn read_wav(path: &Path) -> Result<Sound, SoundError> {
    let problem = |source| SoundError::Wav { path: path.to_owned(), source };
    decode(hound::WavReader::open(path).map_err(problem)?).map_err(problem)
}

/// Of bytes in memory.
pub(super) fn open(bytes: &[u8]) -> Result<hound::WavReader<Cursor<&[u8]>>, hound::Error> {
    hound::WavReader::new(Cursor::new(bytes))
}

pub(super) fn decode<R: Read>(mut reader: hound::WavReader<R>) -> Result<Sound, hound::Error> {
    let spec = reader.spec();
    let samples: Vec<i16> = match spec.sample_format {
        hound::SampleFormat::Float => reader
            .samples::<f32>()
            .map(|sample| sample.map(|sample| (sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)) as i16))
            .collect::<Result<_, _>>(),
        hound::SampleFormat::Int => reader
            .samples::<i32>()
            .map(|sample| sample.map(|sample| to_sixteen_bits(sample, spec.bits_per_sample)))
            .collect::<Result<_, _>>(),
    }?;
    let channels = usize::from(spec.channels.max(1));
    let mono: Vec<i16> = samples.chunks_exact(channels).map(mean).collect();
    Ok(Sound::new(&mono, spec.sample_rate))
}

macro_rules! built_in {
    ($($name:literal)*) => {
        &[$(($name, include_bytes!(concat!("../../../sounds/", $name, ".wav")))),*]
    };
}

/// Names and files.
pub(super) const BUILT_IN: &[(&str, &[u8])] = built_in! {
    "aguarde" "beep" "busy" "canais-ocupados" "congestion" "encerrada" "gravacao" "music" "nao-atende" "numero-inexistente"
    "ringback"
};

fn to_sixteen_bits(sample: i32, bits: u16) -> i16 {
    match bits {
        0..16 => (sample << (16 - bits)) as i16,
        _ => (sample >> (bits - 16)) as i16,
    }
}

fn mean(samples: &[i16]) -> i16 {
    let sum: i32 = samples.iter().map(|sample| i32::from(*sample)).sum();
    (sum / samples.len().max(1) as i32) as i16
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::Rate;
    use media::tone::amplitude;

    fn write(path: &Path, rate: u32, channels: u16, bits: u16) {
        let spec = hound::WavSpec {
            channels,
            sample_rate: rate,
            bits_per_sample: bits,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(path, spec).unwrap();
        let full = f64::from(1 << (bits - 1));
        for n in 0..rate {
            let sample = (std::f64::consts::TAU * 500.0 * f64::from(n) / f64::from(rate)).sin() * 0.25 * full;
            for _ in 0..channels {
                writer.write_sample(sample as i32).unwrap();
            }
        }
        writer.finalize().unwrap();
    }

    #[test]
    fn any_wav_of_the_folder_can_be_played_at_8_khz_mono() {
        let folder = tempfolder("library");
        for (name, rate, channels, bits) in
            [("a", 8_000, 1, 16), ("b", 44_100, 2, 16), ("c", 48_000, 1, 24), ("d", 16_000, 1, 8)]
        {
            write(&folder.join(name).with_extension("wav"), rate, channels, bits);
        }
        fs::write(folder.join("README.md"), "no sound").unwrap();
        let library = Library::load(&folder).unwrap();
        assert_eq!(library.names().collect::<Vec<_>>(), ["a", "b", "c", "d"]);
        for name in library.names() {
            let sound = library.get(name).unwrap();
            let (_, samples) = sound.samples(Rate::Narrow);
            assert_eq!(samples.len(), 8_000, "{name}");
            assert!((amplitude(samples, 500.0) - 8_192.0).abs() < 400.0, "{name}");
        }
        assert_eq!(library.get("a"), library.get("a"), "the same sound every time");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_file_that_is_no_wav_is_named() {
        let folder = tempfolder("broken");
        fs::write(folder.join("music.wav"), "not at all").unwrap();
        let error = Library::load(&folder).unwrap_err().to_string();
        assert!(error.contains("music.wav"), "{error}");
        fs::remove_dir_all(folder).unwrap();
    }

    fn tempfolder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("ramal-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }
}
