//! A device made of files: for automatic calls, for tests, for a machine without sound.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;

use media::feed::Track;
use media::resample::Converter;
use media::sound::Sound;
use media::{Frame, Rate};

use super::{Device, SoundError, read_wav};

/// Plays a WAV into the call, records what is heard: at 16 kHz where the WAV played has as much, else at 8 kHz.
#[derive(Debug)]
pub struct FileDevice {
    playing: Option<Track>,
    repeat: bool,
    /// From the call's rate to ours.
    heard: Converter,
    recorder: Option<Recorder>,
    failure: Option<String>,
}

/// The disk's side has a thread of its own: a stall loses recorded sound, never a packet.
#[derive(Debug)]
struct Recorder {
    path: PathBuf,
    frames: SyncSender<Frame>,
}

impl FileDevice {
    /// Reads the WAV to play and creates the one to record, both now.
    pub fn open(play: Option<&Path>, repeat: bool, record: Option<&Path>) -> Result<FileDevice, SoundError> {
        let sound = play.map(read_wav).transpose()?;
        let rate = sound.as_ref().map_or(Rate::Narrow, Sound::rate);
        Ok(FileDevice {
            playing: sound.map(Track::new),
            repeat,
            heard: Converter::new(rate),
            recorder: record.map(|path| Recorder::start(path, rate)).transpose()?,
            failure: None,
        })
    }
}

impl Device for FileDevice {
    fn capture(&mut self) -> Frame {
        let rate = self.heard.rate();
        let mut frame = Frame::silence(rate);
        if let Some(track) = &mut self.playing {
            track.play(rate, self.repeat, &mut frame);
        }
        frame
    }

    fn play(&mut self, frame: &Frame) {
        let Some(recorder) = &self.recorder else { return };
        match recorder.frames.try_send(self.heard.convert(frame)) {
            // A full queue is a disk that stalls: this frame is lost, the next may not be.
            Ok(()) | Err(TrySendError::Full(_)) => {}
            Err(TrySendError::Disconnected(_)) => {
                self.failure = Some(format!("{}: cannot be written any more", recorder.path.display()));
                self.recorder = None;
            }
        }
    }

    fn poll_failure(&mut self) -> Option<String> {
        self.failure.take()
    }
}

impl Recorder {
    fn start(path: &Path, rate: Rate) -> Result<Recorder, SoundError> {
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: rate.hertz(),
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let problem = |source| SoundError::Wav { path: path.to_owned(), source };
        let mut writer = hound::WavWriter::create(path, spec).map_err(problem)?;
        writer.flush().map_err(problem)?;
        let (frames, waiting) = sync_channel(QUEUE);
        thread::Builder::new()
            .name("recorder".into())
            .spawn(move || write_all(writer, &waiting))
            .map_err(|error| problem(hound::Error::IoError(error)))?;
        Ok(Recorder { path: path.to_owned(), frames })
    }
}

/// Until the device is dropped or the disk refuses.
fn write_all<W: std::io::Write + std::io::Seek>(mut writer: hound::WavWriter<W>, frames: &Receiver<Frame>) {
    let mut unflushed = 0;
    while let Ok(frame) = frames.recv() {
        let written = frame.samples().iter().try_for_each(|sample| writer.write_sample(*sample));
        unflushed = (unflushed + 1) % FLUSH_EVERY;
        let flushed = if unflushed == 0 { writer.flush() } else { Ok(()) };
        if written.and(flushed).is_err() {
            return;
        }
    }
    // The header is right up to the last flush whatever happens here.
    let _ = writer.finalize();
}

/// Frames on their way to the disk: 5 s.
const QUEUE: usize = 250;
/// Frames between flushes: what is heard can be read 200 ms later.
const FLUSH_EVERY: usize = 10;
