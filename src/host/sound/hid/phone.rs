//! A telephone among the human interface devices: its reports as presses, lamps as its reports
//! (HID Usage Tables 1.5, pages 0x0B telephony and 0x08 LED). Pure.

use super::descriptor::{Direction, Field, fields};
use super::{Lamps, Press};

/// What is known of one device.
#[derive(Clone, Debug)]
pub struct Phone {
    inputs: Vec<(Field, Button, u32)>,
    outputs: Vec<(Field, Lamp)>,
    /// Reports carry their numbers.
    numbered: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Button {
    HookSwitch,
    Mute,
    Hold,
    Redial,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Lamp {
    OffHook,
    Ring,
    Mute,
    Hold,
}

impl Phone {
    /// By its report descriptor; `None` where it has no hook switch: a keyboard, a mouse.
    pub fn new(descriptor: &[u8]) -> Option<Phone> {
        let fields = fields(descriptor);
        let inputs = fields.iter().filter(|field| field.direction == Direction::Input);
        let inputs: Vec<_> = inputs.filter_map(|field| Some((*field, button(field.usage)?, 0))).collect();
        let outputs = fields.iter().filter(|field| field.direction == Direction::Output);
        let phone = Phone {
            outputs: outputs.filter_map(|field| Some((*field, lamp(field.usage)?))).collect(),
            numbered: fields.iter().any(|field| field.report != 0),
            inputs,
        };
        phone.inputs.iter().any(|(_, button, _)| *button == Button::HookSwitch).then_some(phone)
    }

    /// A report came: what it says that the last one did not.
    pub fn read(&mut self, report: &[u8]) -> Vec<Press> {
        let (number, data) = match (self.numbered, report.split_first()) {
            (true, Some((number, data))) => (*number, data),
            (true, None) => return Vec::new(),
            (false, _) => (0, report),
        };
        let mut presses = Vec::new();
        for (field, button, before) in self.inputs.iter_mut().filter(|(field, _, _)| field.report == number) {
            let Some(value) = bits(data, field.bit, field.bits) else { continue };
            let value = match field.array {
                Some(place) => u32::from(i64::from(value) == i64::from(place)),
                None => value,
            };
            let before = std::mem::replace(before, value);
            match (*button, before != 0, value != 0) {
                (_, true, true) | (_, false, false) => {}
                (Button::HookSwitch, _, off) => presses.push(Press::Hook(off)),
                (Button::Mute, false, true) => presses.push(Press::Mute),
                (Button::Hold, false, true) => presses.push(Press::Hold),
                (Button::Redial, false, true) => presses.push(Press::Redial),
                // Let go.
                (Button::Mute | Button::Hold | Button::Redial, true, false) => {}
            }
        }
        presses
    }

    /// The reports that light these lamps and no others, each with its number in front (0 where there are none).
    pub fn light(&self, lamps: Lamps) -> Vec<Vec<u8>> {
        let mut reports: Vec<Vec<u8>> = Vec::new();
        for (field, lamp) in &self.outputs {
            let at = reports.iter().position(|report| report.first() == Some(&field.report)).unwrap_or_else(|| {
                reports.push(vec![field.report]);
                reports.len() - 1
            });
            let Some(report) = reports.get_mut(at) else { continue };
            let (byte, bit) = (1 + field.bit as usize / 8, field.bit % 8);
            report.resize(report.len().max(byte + 1), 0);
            let lit = match lamp {
                Lamp::OffHook => lamps.off_hook,
                Lamp::Ring => lamps.ring,
                Lamp::Mute => lamps.mute,
                Lamp::Hold => lamps.hold,
            };
            if let Some(byte) = report.get_mut(byte) {
                *byte |= u8::from(lit) << bit;
            }
        }
        reports
    }
}

fn button(usage: u32) -> Option<Button> {
    match usage {
        0x0b_0020 => Some(Button::HookSwitch),
        // Flash and hold mean the same to a person with one or two calls.
        0x0b_0021 | 0x0b_0023 => Some(Button::Hold),
        0x0b_0024 => Some(Button::Redial),
        0x0b_002f => Some(Button::Mute),
        _ => None,
    }
}

fn lamp(usage: u32) -> Option<Lamp> {
    match usage {
        0x08_0009 => Some(Lamp::Mute),
        0x08_0017 => Some(Lamp::OffHook),
        0x08_0018 => Some(Lamp::Ring),
        0x08_0020 => Some(Lamp::Hold),
        _ => None,
    }
}

/// Up to 32 bits, lowest first (§5.8); `None` beyond the report's end.
fn bits(data: &[u8], bit: u32, count: u32) -> Option<u32> {
    let one = |n: u32| {
        let byte = data.get(((bit + n) / 8) as usize)?;
        Some(u32::from(byte >> ((bit + n) % 8) & 1) << n)
    };
    (0..count.min(32)).try_fold(0, |value, n| Some(value | one(n)?))
}

/// A headset as many are: report 1 with hook switch, mute, flash and redial, report 2 with three lamps.
#[cfg(test)]
pub(super) const HEADSET: &[u8] = &[
    0x05, 0x0b, 0x09, 0x05, 0xa1, 0x01, // telephony, headset, application
    0x85, 0x01, 0x15, 0x00, 0x25, 0x01, 0x75, 0x01, // report 1, 0 to 1, a bit each
    0x95, 0x01, 0x09, 0x20, 0x81, 0x23, // a constant that names a usage is padding all the same
    0x09, 0x20, 0x81, 0x22, // hook switch: absolute
    0x95, 0x03, 0x09, 0x2f, 0x09, 0x21, 0x09, 0x24, 0x81, 0x06, // mute, flash, redial: relative
    0x95, 0x03, 0x81, 0x01, // to a whole byte
    0x05, 0x08, 0x85, 0x02, 0x95, 0x03, 0x09, 0x17, 0x09, 0x18, 0x09, 0x09, 0x91, 0x22, // off-hook, ring, mute
    0x95, 0x05, 0x91, 0x01, // to a whole byte
    0xc0,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sp_05_pressing_and_letting_go_are_told_once_each() {
        let mut phone = Phone::new(HEADSET).unwrap();
        assert_eq!(phone.read(&[1, 0b0000_0010]), [Press::Hook(true)]);
        assert_eq!(phone.read(&[1, 0b0000_0010]), [], "still off the hook");
        assert_eq!(phone.read(&[1, 0b0000_0110]), [Press::Mute]);
        assert_eq!(phone.read(&[1, 0b0000_0010]), [], "the button let go");
        assert_eq!(phone.read(&[1, 0b0001_1000]), [Press::Hook(false), Press::Hold, Press::Redial]);
        assert_eq!(phone.read(&[2, 0b0000_0010]), [], "a report of another number");
        assert_eq!(phone.read(&[1]), [], "a report cut short");
        assert_eq!(phone.read(&[]), []);
    }

    #[test]
    fn sp_05_lamps_are_lit_each_by_its_bit() {
        let phone = Phone::new(HEADSET).unwrap();
        assert_eq!(phone.light(Lamps { ring: true, ..Lamps::default() }), [[2, 0b010]]);
        assert_eq!(phone.light(Lamps { off_hook: true, mute: true, ..Lamps::default() }), [[2, 0b101]]);
        assert_eq!(phone.light(Lamps::default()), [[2, 0]]);
    }

    #[test]
    fn buttons_in_a_list_are_told_too() {
        // Hook switch, flash and mute as places 1 to 3 of one byte, without report numbers.
        let list = [
            0x05, 0x0b, 0x09, 0x01, 0xa1, 0x01, 0x15, 0x01, 0x25, 0x03, 0x75, 0x08, 0x95, 0x01, 0x09, 0x20, 0x09, 0x21,
            0x09, 0x2f, 0x81, 0x00, 0xc0,
        ];
        let mut phone = Phone::new(&list).unwrap();
        assert_eq!(phone.read(&[1]), [Press::Hook(true)]);
        assert_eq!(phone.read(&[3]), [Press::Hook(false), Press::Mute]);
        assert_eq!(phone.read(&[0]), []);
        assert!(phone.light(Lamps { ring: true, ..Lamps::default() }).is_empty(), "no lamp, no report");
    }

    #[test]
    fn a_mouse_is_no_telephone() {
        let mouse = [
            0x05, 0x01, 0x09, 0x02, 0xa1, 0x01, 0x05, 0x09, 0x19, 0x01, 0x29, 0x03, 0x15, 0x00, 0x25, 0x01, 0x95, 0x03,
            0x75, 0x01, 0x81, 0x02, 0xc0,
        ];
        assert!(Phone::new(&mouse).is_none());
        assert!(Phone::new(&[]).is_none());
    }
}
