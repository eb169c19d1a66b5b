//! A PBX that registers everybody and rings for ever: enough for a call to begin and to be given up.

use std::net::{IpAddr, SocketAddr, UdpSocket};

/// Answers there for as long as the test's process lives.
pub fn answer(host: IpAddr) -> SocketAddr {
    let socket = UdpSocket::bind((host, 0)).expect("a port of the test's own");
    let address = socket.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok((length, from)) = socket.recv_from(&mut buffer) {
            let request = String::from_utf8_lossy(&buffer[..length]).into_owned();
            let method = request.split(' ').next().unwrap_or_default();
            let answers: &[(&str, &str)] = match method {
                "INVITE" => &[("180 Ringing", "INVITE")],
                "CANCEL" => &[("200 OK", "CANCEL"), ("487 Request Terminated", "INVITE")],
                "ACK" | "" => &[],
                other => &[("200 OK", other)],
            };
            for (status, of) in answers {
                // Whoever asked may be gone.
                let _ = socket.send_to(response(&request, status, of).as_bytes(), from);
            }
        }
    });
    address
}

/// RFC 3261 §8.2.6.2: these headers come back as they were; the far end of a dialog has a tag.
fn response(request: &str, status: &str, of: &str) -> String {
    let mut text = format!("SIP/2.0 {status}\r\n");
    for line in request.split("\r\n") {
        let (name, value) = line.split_once(':').unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "via" | "from" | "call-id" | "contact" => text.push_str(&format!("{line}\r\n")),
            "to" if value.contains("tag=") => text.push_str(&format!("{line}\r\n")),
            "to" => text.push_str(&format!("{line};tag=pbx\r\n")),
            "cseq" => {
                let number = value.split_whitespace().next().unwrap_or_default();
                text.push_str(&format!("CSeq: {number} {of}\r\n"));
            }
            _ => {}
        }
    }
    text + "Content-Length: 0\r\n\r\n"
}
