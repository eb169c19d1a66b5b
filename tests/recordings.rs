//! Recordings in the shell (SP-08): from packets over loopback to files, checksums, Ogg/Opus and back to samples.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

#[path = "support/mod.rs"]
mod support;

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use engine::id::RecordingId;
use engine::leg::RecordingNews;
use engine::records::RecordingState;
use media::codec::Codec;
use media::order::{DeviceOrder, Feed, LegKey, LegMedia, LegOrder, PortKey, RecordingKey, RtpOrder, Stream, Tap};
use media::record::{Chunk, Coding, End, Track};
use media::rtp::Packet;
use media::tone::{Voices, amplitude};
use ramal::recordings::{ExportError, Format, Recordings, Settings, Sound, export, hand_out, repair};
use ramal::shards::{Piece, PieceBody, Shards, Sinks};
use ramal::sound::{DeviceKind, Devices};
use ramal::store::{RecordingLine, Store};

use support::{Folder, LONG, wait_for, when};

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn tone(hertz: f64, samples: usize) -> Vec<i16> {
    let mut voices = Voices::new((hertz, 8_000.0), (0.0, 0.0));
    (0..samples).map(|_| voices.sample()).collect()
}

fn chunk(track: Track, number: u32, coding: Coding, samples: &[i16]) -> Chunk {
    let mut payload = vec![0; samples.len() * coding.width()];
    coding.encode(samples, &mut payload);
    Chunk { track, number, coding, key: 0, payload }
}

/// A store with its recordings, in a folder that goes with the test.
struct Archive {
    folder: Folder,
    store: Arc<Store>,
    recordings: Recordings,
    told: Receiver<RecordingNews>,
}

fn settings(folder: &Folder) -> Settings {
    Settings {
        folder: folder.join("recordings"),
        retention: TimeDelta::days(90),
        compact: false,
        least_free: 0,
        zone: chrono_tz::America::Sao_Paulo,
    }
}

impl Archive {
    fn start(folder: Folder, change: impl FnOnce(&mut Settings)) -> Archive {
        let mut settings = settings(&folder);
        change(&mut settings);
        let store = Arc::new(Store::open(&folder.join("data")).unwrap());
        let (tell, told) = channel();
        let tell = Arc::new(move |news| drop(tell.send(news)));
        let recordings = Recordings::start(settings, store.clone(), tell).unwrap();
        Archive { folder, store, recordings, told }
    }

    fn new(change: impl FnOnce(&mut Settings)) -> Archive {
        Archive::start(Folder::new("recordings"), change)
    }

    fn root(&self) -> PathBuf {
        self.folder.join("recordings")
    }

    /// Three and a half seconds: the customer says 600 Hz, the agent 440 Hz.
    fn record(&self, recording: u64, started_ms: i64, ended: bool) {
        let send =
            |body| assert!(self.recordings.sink()(Piece { recording: RecordingKey(recording), started_ms, body }));
        let (customer, agent) = (tone(600.0, 28_000), tone(440.0, 28_000));
        for (number, (customer, agent)) in customer.chunks(8_000).zip(agent.chunks(8_000)).enumerate() {
            send(PieceBody::Chunk(chunk(Track::Customer, number as u32, Coding::ALaw, customer)));
            send(PieceBody::Chunk(chunk(Track::Agent, number as u32, Coding::Linear8k, agent)));
        }
        if ended {
            send(PieceBody::End(End { milliseconds: 3_500, chunks: 8, lost: 0 }));
        }
    }

    fn wait(&self, recording: u64, state: RecordingState) -> RecordingLine {
        wait_for(LONG, &format!("recording {recording} to be {state:?}"), || {
            let found = self.store.reader().unwrap().recording(RecordingId(recording)).unwrap();
            found.filter(|line| line.state == state && (state == RecordingState::Live || line.sha256.is_some()))
        })
    }

    fn stop(self) -> Folder {
        self.recordings.stop();
        self.folder
    }
}

fn now_ms() -> i64 {
    Utc::now().timestamp_millis()
}

/// Left (agent) and right (customer) of a WAV in memory.
fn channels(wav: &[u8]) -> (u32, Vec<i16>, Vec<i16>) {
    let mut reader = hound::WavReader::new(wav).unwrap();
    let (spec, samples): (_, Vec<i16>) = (reader.spec(), reader.samples::<i16>().map(Result::unwrap).collect());
    assert_eq!((spec.channels, spec.bits_per_sample), (2, 16));
    (
        spec.sample_rate,
        samples.iter().step_by(2).copied().collect(),
        samples.iter().skip(1).step_by(2).copied().collect(),
    )
}

fn exported(archive: &Archive, line: &RecordingLine, format: Format) -> Vec<u8> {
    let mut bytes = Vec::new();
    export(line, &archive.root(), format, &mut bytes).unwrap();
    bytes
}

#[test]
fn sp_08_a_recording_is_kept_with_its_checksum_for_its_owner_only_and_comes_out_as_stereo() {
    let archive = Archive::new(|_| {});
    archive.record(7, now_ms(), true);
    let line = archive.wait(7, RecordingState::Done);
    assert_eq!((line.seconds, line.call), (Some(4), None));
    let until = line.until.unwrap() - line.started;
    assert_eq!(until.num_days(), 90);
    let file = archive.root().join(line.file.as_ref().unwrap());
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&file), mode(file.parent().unwrap()), mode(&archive.root())), (0o600, 0o700, 0o700));
    assert_eq!(line.size, Some(std::fs::metadata(&file).unwrap().len()));

    let (rate, left, right) = channels(&exported(&archive, &line, Format::Wav));
    assert_eq!((rate, left.len(), right.len()), (8_000, 28_000, 28_000));
    assert!(amplitude(&left, 440.0) > 7_500.0 && amplitude(&left, 600.0) < 100.0);
    assert!(amplitude(&right, 600.0) > 7_500.0 && amplitude(&right, 440.0) < 100.0);
    archive.stop();
}

#[test]
fn sp_08_after_the_call_it_becomes_ogg_opus_with_the_tracks_still_apart() {
    let archive = Archive::new(|settings| settings.compact = true);
    archive.record(7, now_ms(), true);
    let line = archive.wait(7, RecordingState::Compacted);
    let file = archive.root().join(line.file.as_ref().unwrap());
    assert_eq!(file.extension().unwrap(), "opus");
    wait_for(LONG, "the file as it was written to go", || when(!file.with_extension("rec").exists()));
    assert!(line.size.unwrap() < 28_000, "{:?}", line.size);
    let sound = Sound::open(&file).unwrap();
    assert_eq!((sound.rate.hertz(), sound.samples), (8_000, 28_000));
    let (_, left, right) = channels(&exported(&archive, &line, Format::Wav));
    assert_eq!((left.len(), right.len()), (28_000, 28_000));
    let (left, right) = (&left[4_000..24_000], &right[4_000..24_000]);
    assert!(amplitude(left, 440.0) > 6_000.0 && amplitude(left, 440.0) > 10.0 * amplitude(left, 600.0));
    assert!(amplitude(right, 600.0) > 6_000.0 && amplitude(right, 600.0) > 10.0 * amplitude(right, 440.0));
    assert_eq!(exported(&archive, &line, Format::Opus), std::fs::read(&file).unwrap(), "as it is kept");
    archive.stop();
}

/// The agent's track has fifteen voices at once, the customer's one: whoever hears in stereo hears no difference where a bit of
/// the one comes from the other side, whoever reads the tracks does.
#[test]
fn sp_08_no_voice_is_on_the_others_track_of_the_ogg_opus() {
    let archive = Archive::new(|settings| settings.compact = true);
    let send =
        |body| assert!(archive.recordings.sink()(Piece { recording: RecordingKey(7), started_ms: now_ms(), body }));
    let voice = |party: u32, at: usize| {
        1_000.0 * (std::f64::consts::TAU * f64::from(310 + 170 * party) * at as f64 / 16_000.0).sin()
    };
    let side = |parties: std::ops::Range<u32>, second: u32| -> Vec<i16> {
        let from = second as usize * 16_000;
        (from..from + 16_000).map(|at| parties.clone().map(|party| voice(party, at)).sum::<f64>() as i16).collect()
    };
    for second in 0..4 {
        for (track, parties) in [(Track::Customer, 15..16), (Track::Agent, 0..15)] {
            send(PieceBody::Chunk(chunk(track, second, Coding::Linear16k, &side(parties, second))));
        }
    }
    send(PieceBody::End(End { milliseconds: 4_000, chunks: 8, lost: 0 }));
    let line = archive.wait(7, RecordingState::Compacted);
    let (rate, agent, customer) = channels(&exported(&archive, &line, Format::Wav));
    assert_eq!(rate, 16_000);
    // `amplitude` thinks in samples of 8 kHz.
    let heard = |side: &[i16], party: u32| amplitude(side, f64::from(310 + 170 * party) / 2.0);
    let halves = |side: &[i16], party: u32| -> Vec<f64> {
        side[4_000..60_000].chunks_exact(8_000).map(|half| heard(half, party)).collect()
    };
    let strayed = halves(&agent, 15).into_iter().chain((0..15).flat_map(|party| halves(&customer, party)));
    let worst = strayed.fold(0.0, f64::max);
    // What coding so many voices makes of noise is there without the other side too.
    assert!(worst < 100.0, "a voice of 1,000 is on the other's track with {worst}");
    assert!(halves(&customer, 15).iter().all(|own| *own > 800.0));
    archive.stop();
}

#[test]
fn sp_08_a_recording_that_becomes_ogg_opus_while_it_is_asked_for_is_handed_out_all_the_same() {
    let archive = Archive::new(|_| {});
    archive.record(7, now_ms(), true);
    let as_it_was = archive.wait(7, RecordingState::Done);
    let archive = Archive::start(archive.stop(), |settings| settings.compact = true);
    let file = archive.root().join(as_it_was.file.as_ref().unwrap());
    archive.wait(7, RecordingState::Compacted);
    wait_for(LONG, "the file as it was written to go", || when(!file.exists()));
    let (reader, mut wav) = (archive.store.reader().unwrap(), Vec::new());
    hand_out(&as_it_was, &reader, |line| export(line, &archive.root(), Format::Wav, &mut wav)).unwrap();
    assert_eq!(channels(&wav).1.len(), 28_000);
    // What is gone for no such reason is missed.
    let now = archive.wait(7, RecordingState::Compacted);
    std::fs::remove_file(archive.root().join(now.file.as_ref().unwrap())).unwrap();
    let missed = hand_out(&now, &reader, |line| export(line, &archive.root(), Format::Wav, &mut Vec::new()));
    assert!(matches!(missed, Err(ExportError::Io { .. })), "{missed:?}");
    archive.stop();
}

#[test]
fn sp_08_another_program_reads_the_ogg_opus() {
    let archive = Archive::new(|_| {});
    archive.record(7, now_ms(), true);
    let line = archive.wait(7, RecordingState::Done);
    let file = archive.folder.join("call.opus");
    std::fs::write(&file, exported(&archive, &line, Format::Opus)).unwrap();
    // The pages as RFC 3533 and RFC 7845 want them: the last granule is the pre-skip and the length at 48 kHz.
    let mut packets = ogg::PacketReader::new(std::fs::File::open(&file).unwrap());
    let head = packets.read_packet_expected().unwrap();
    assert_eq!(&head.data[..10], b"OpusHead\x01\x02");
    assert!(head.first_in_stream());
    let skip = u64::from(u16::from_le_bytes([head.data[10], head.data[11]]));
    assert_eq!(&packets.read_packet_expected().unwrap().data[..8], b"OpusTags");
    let mut last = packets.read_packet_expected().unwrap();
    while let Some(packet) = packets.read_packet().unwrap() {
        last = packet;
    }
    assert!(last.last_in_stream());
    assert_eq!(last.absgp_page(), skip + 28_000 * 6);
    archive.stop();
}

#[test]
fn sp_08_a_changed_file_is_not_handed_out() {
    let archive = Archive::new(|_| {});
    archive.record(7, now_ms(), true);
    let line = archive.wait(7, RecordingState::Done);
    let file = archive.root().join(line.file.as_ref().unwrap());
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[1_000] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let mut out = Vec::new();
    let refused = export(&line, &archive.root(), Format::Wav, &mut out).unwrap_err();
    assert!(matches!(refused, ExportError::Changed { recording: 7, .. }), "{refused}");
    assert!(out.is_empty());
    let _ = archive.stop();
}

#[test]
fn sp_08_what_is_being_written_is_live_and_not_handed_out() {
    let archive = Archive::new(|_| {});
    archive.record(7, now_ms(), false);
    let line = archive.wait(7, RecordingState::Live);
    let refused = export(&line, &archive.root(), Format::Wav, &mut Vec::new()).unwrap_err();
    assert!(matches!(refused, ExportError::Live(7)), "{refused}");
    // The daemon's end ends it; the next start keeps it.
    let archive = Archive::start(archive.stop(), |_| {});
    assert_eq!(archive.wait(7, RecordingState::Done).seconds, Some(4));
    archive.stop();
}

#[test]
fn sp_08_what_a_crash_left_is_repaired_at_the_next_start_even_unknown_to_the_store() {
    let archive = Archive::new(|_| {});
    archive.record(7, now_ms(), true);
    let line = archive.wait(7, RecordingState::Done);
    let file = archive.root().join(line.file.as_ref().unwrap());
    let whole = std::fs::read(&file).unwrap();
    let folder = archive.stop();
    // As a crash leaves it: no end, a torn chunk, and no row.
    std::fs::write(&file, &whole[..whole.len() - 40 - 100]).unwrap();
    std::fs::remove_dir_all(folder.join("data")).unwrap();

    let archive = Archive::start(folder, |_| {});
    let line = archive.wait(7, RecordingState::Done);
    assert_eq!((line.seconds, line.call), (Some(4), None));
    let (_, left, right) = channels(&exported(&archive, &line, Format::Wav));
    assert!(amplitude(&left[..24_000], 440.0) > 7_500.0 && amplitude(&right[..24_000], 600.0) > 7_500.0);
    let again = repair(&file).unwrap();
    assert_eq!((again.mended, again.cut, again.end.milliseconds), (false, 0, 4_000), "once is enough");
    archive.stop();
}

#[test]
fn sp_08_when_its_time_is_over_the_file_goes_and_the_row_says_so() {
    let archive = Archive::new(|settings| settings.retention = TimeDelta::zero());
    archive.record(7, now_ms() - 1_000, true);
    let line = archive.wait(7, RecordingState::Done);
    let file = archive.root().join(line.file.as_ref().unwrap());
    // The next start looks at once.
    let archive = Archive::start(archive.stop(), |_| {});
    let gone = archive.wait(7, RecordingState::Deleted);
    assert!(!file.exists());
    let refused = export(&gone, &archive.root(), Format::Wav, &mut Vec::new()).unwrap_err();
    assert!(matches!(refused, ExportError::Deleted(7)), "{refused}");
    archive.stop();
}

#[test]
fn sp_08_too_little_room_is_told_before_a_call_needs_it() {
    let archive = Archive::new(|settings| settings.least_free = u64::MAX);
    let told = archive.told.recv_timeout(LONG).unwrap();
    assert!(matches!(&told, RecordingNews::Impossible { why } if why.contains("MB are free")), "{told:?}");
    // What is under way goes on.
    archive.record(7, now_ms(), true);
    archive.wait(7, RecordingState::Done);
    archive.stop();
}

#[test]
fn sp_08_a_second_that_cannot_be_written_is_counted_and_told() {
    let archive = Archive::new(|_| {});
    // Where the day's folder should be there is a file.
    let day = Utc::now().with_timezone(&chrono_tz::America::Sao_Paulo).format("%Y").to_string();
    std::fs::write(archive.root().join(day), "in the way").unwrap();
    archive.record(7, now_ms(), true);
    let lost: Vec<_> = (0..8).map(|_| archive.told.recv_timeout(LONG).unwrap()).collect();
    assert!(lost.iter().all(|news| *news == RecordingNews::Lost { recording: RecordingId(7), chunks: 1 }), "{lost:?}");
    archive.stop();
}

/// A telephone of the bridge.
struct Phone {
    socket: UdpSocket,
    towards: SocketAddr,
    sent: u32,
}

impl Phone {
    fn new(towards: SocketAddr) -> Phone {
        let socket = UdpSocket::bind((LOOPBACK, 0)).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        Phone { socket, towards, sent: 0 }
    }

    fn order(&self, ssrc: u32, feed: Feed, record: Option<Tap>) -> RtpOrder {
        let remote = self.socket.local_addr().unwrap();
        let stream = Stream {
            remote,
            remote_rtcp: remote,
            codec: Codec::Pcma,
            payload_type: 8,
            payload_type_in: 8,
            opus: Default::default(),
            telephone_event: Some(101),
            telephone_event_in: Some(101),
            ptime_ms: 20,
            may_send: true,
            may_receive: true,
        };
        RtpOrder {
            ssrc,
            stream: Some(stream),
            feed,
            receive: true,
            nat: false,
            digits: Vec::new(),
            record,
            detect: None,
        }
    }

    fn say(&mut self, payload_type: u8, payload: &[u8]) {
        let (sequence, timestamp) = (self.sent as u16, self.sent * 160);
        let packet = Packet { marker: false, payload_type, sequence, timestamp, ssrc: 7, payload };
        self.socket.send_to(packet.write(&mut [0; 200]).unwrap(), self.towards).unwrap();
        self.sent += 1;
    }

    fn hear(&self) {
        self.socket.recv(&mut [0; 200]).expect("a packet before the deadline");
    }
}

struct Line {
    shards: Shards,
    pieces: Receiver<Piece>,
}

impl Line {
    fn new(first_port: u16, devices: Devices) -> Line {
        let (send, pieces) = channel();
        let sinks = Sinks { news: Arc::new(|_| Ok(())), pieces: Arc::new(move |piece| send.send(piece).is_ok()) };
        Line { shards: Shards::start_with(2, first_port..=first_port + 99, devices, sinks).unwrap(), pieces }
    }

    fn port(&mut self) -> (PortKey, SocketAddr) {
        let (key, port) = self.shards.lend(LOOPBACK, 1).unwrap()[0];
        (key, SocketAddr::new(LOOPBACK, port))
    }

    fn order(&mut self, leg: u64, generation: u32, port: PortKey, order: RtpOrder) {
        self.shards.order(LegOrder { leg: LegKey(leg), generation, media: Some(LegMedia::Rtp { port, order }) });
    }

    /// Everything of the recording up to its end.
    fn recorded(self) -> (Vec<Chunk>, End) {
        self.shards.stop();
        let mut chunks = Vec::new();
        for piece in self.pieces {
            assert_eq!((piece.recording, piece.started_ms), (RecordingKey(5), 1_000));
            match piece.body {
                PieceBody::Chunk(chunk) => chunks.push(chunk),
                PieceBody::End(end) => return (chunks, end),
            }
        }
        panic!("no end");
    }
}

fn tap(paused: bool, against: &[u64]) -> Option<Tap> {
    let against = against.iter().map(|leg| LegKey(*leg)).collect();
    Some(Tap { recording: RecordingKey(5), started_ms: 1_000, paused, against })
}

fn bytes(chunks: &[Chunk], track: Track) -> Vec<u8> {
    chunks.iter().filter(|chunk| chunk.track == track).flat_map(|chunk| chunk.payload.clone()).collect()
}

/// Payloads of 160 equal bytes, in the order they stand.
fn payloads(bytes: &[u8]) -> Vec<u8> {
    let mut seen: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != Coding::ALaw.silence()).collect();
    seen.dedup();
    seen
}

#[test]
fn sp_08_a_relayed_bridge_is_recorded_as_its_packets_are_and_keys_are_not() {
    let mut line = Line::new(41_000, Devices::default());
    let ((here, ours), (there, theirs)) = (line.port(), line.port());
    let (mut customer, mut agent) = (Phone::new(ours), Phone::new(theirs));
    line.order(1, 1, here, customer.order(1, Feed::Peer(LegKey(2)), tap(false, &[2])));
    line.order(2, 1, there, agent.order(2, Feed::Peer(LegKey(1)), None));
    // A third telephone hears silence every 20 ms: by it the others speak in time.
    let (clock, ours) = line.port();
    let metronome = Phone::new(ours);
    line.order(3, 1, clock, metronome.order(3, Feed::Silence, None));
    for n in 0..70_u8 {
        metronome.hear();
        if n == 40 {
            customer.say(101, &[5, 10, 0, 160]);
        } else {
            customer.say(8, &[n + 1; 160]);
        }
        agent.say(8, &[n + 101; 160]);
        customer.hear();
        agent.hear();
    }
    let (chunks, end) = line.recorded();
    // Whoever spoke late for a while, on a busy machine, is pulled back over what was said last: a few may be missing, but
    // everything is as it was sent and in its order.
    let (said, answered) = (payloads(&bytes(&chunks, Track::Customer)), payloads(&bytes(&chunks, Track::Agent)));
    assert!(said.is_sorted() && said.iter().all(|byte| (1..=70).contains(byte) && *byte != 41), "{said:?}");
    assert!(answered.is_sorted() && answered.iter().all(|byte| (101..=170).contains(byte)), "{answered:?}");
    assert!(said.len() >= 50 && answered.len() >= 50, "{said:?} {answered:?}");
    assert_eq!((end.chunks, end.lost), (chunks.len() as u32, 0));
    assert!(chunks.iter().all(|chunk| chunk.coding == Coding::ALaw), "nothing was decoded");
}

#[test]
fn sp_08_an_agent_at_a_device_is_recorded_beside_the_customer_and_a_pause_leaves_silence() {
    let play = Folder::new("says");
    let says = play.join("440.wav");
    support::sound::tone(&says, 440, 4);
    let kind = DeviceKind::File { play: Some(says), repeat: true, record: None };
    let mut line = Line::new(41_100, Devices::new([("headset".into(), kind)].into()).unwrap());
    let (here, ours) = line.port();
    let mut customer = Phone::new(ours);
    let talk = |record| customer.order(1, Feed::Peer(LegKey(9)), record);
    let orders = [talk(tap(false, &[9])), talk(tap(true, &[9])), talk(tap(false, &[9]))];
    let device = LegMedia::Device {
        device: "headset".into(),
        order: DeviceOrder { feed: Feed::Peer(LegKey(1)), ring: None, muted: false },
    };
    line.shards.order(LegOrder { leg: LegKey(9), generation: 1, media: Some(device) });
    for (part, order) in orders.into_iter().enumerate() {
        line.order(1, part as u32 + 1, here, order);
        // Each waits for a tick.
        for _ in 0..70 {
            customer.say(8, &[part as u8 + 1; 160]);
            customer.hear();
        }
    }
    let (chunks, _) = line.recorded();
    let (said, agent) = (bytes(&chunks, Track::Customer), bytes(&chunks, Track::Agent));
    assert_eq!(payloads(&said), [1, 3], "what was said in the pause is nowhere");
    let loud: Vec<bool> =
        Coding::Linear8k.decode(&agent).chunks(800).map(|tenth| amplitude(tenth, 440.0) > 1_000.0).collect();
    let silent = agent.chunks(16).filter(|part| part.iter().all(|byte| *byte == 0)).count();
    assert!(loud[..10].iter().all(|loud| *loud) && loud[loud.len() - 8..].iter().take(6).all(|loud| *loud), "{loud:?}");
    // 1.4 s of 8 samples a part, less the ticks at both ends.
    assert!((1_300..=1_500).contains(&silent), "{silent}");
}
