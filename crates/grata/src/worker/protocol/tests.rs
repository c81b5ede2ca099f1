use grata_vision::decode;
use proptest::prelude::*;

use super::check::format_named;
use super::*;

fn request(obscure: Option<Style>) -> Request {
    Request { id: 7, task: Task { obscure, min_face: Some(20), margin: 0.25, ..Task::default() } }
}

fn done(size: (u32, u32), regions: Vec<(Rect, Option<f32>)>, format: Option<&str>) -> Answer {
    let format = format.map(Into::into);
    let verdict = Verdict::Done { size, regions, format, notes: vec![], digest: None, taken: None };
    Answer { id: 7, verdict }
}

fn message(header: &impl Serialize, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_header(&mut bytes, header, body.len() as u64).unwrap();
    bytes.extend_from_slice(body);
    bytes
}

#[test]
fn a_message_is_read_as_it_was_written() {
    let hello = Hello {
        model: Some(ModelFiles { model: "/m/ä".into(), onnxruntime: Some("/o".into()) }),
        file_bytes: 1,
        pixels: u64::MAX,
        memory_bytes: 3,
        find: None,
    };
    let bytes = message(&hello, b"body");
    let mut input = bytes.as_slice();
    assert_eq!(read_header(&mut input).unwrap(), Some((hello, 4)));
    assert_eq!(input, b"body");
}

#[test]
fn the_other_side_may_leave_between_messages_only() {
    assert!(matches!(read_header::<Answer>(&mut [].as_slice()), Ok(None)));
    let bytes = message(&done((1, 1), vec![], None), b"");
    for cut in 1..bytes.len() {
        let result = read_header::<Answer>(&mut &bytes[..cut]);
        assert!(matches!(result, Err(ProtocolError::Pipe(_))), "cut at {cut}");
    }
}

#[test]
fn sec_8_a_header_beyond_its_limit_is_refused_before_it_is_read() {
    let mut bytes = message(&done((1, 1), vec![], None), b"");
    bytes[4..8].copy_from_slice(&(MAX_HEADER_BYTES + 1).to_le_bytes());
    assert!(matches!(read_header::<Answer>(&mut bytes.as_slice()), Err(ProtocolError::Nonsense(_))));
}

#[test]
fn sec_8_an_answer_counts_only_if_it_makes_sense() {
    let limits = decode::Limits { file_bytes: 1000, pixels: 10_000 };
    let inside = Rect(10, 10, 20, 20);
    let fill = Some(Style::Fill);
    let cases: [(&str, Option<Style>, Answer, u64, bool); 16] = [
        ("found", None, done((100, 100), vec![(inside, Some(0.5))], None), 0, true),
        ("obscured", fill, done((100, 100), vec![(inside, None)], Some("png")), 900, true),
        ("nothing found", None, done((1, 1), vec![], None), 0, true),
        ("other id", None, Answer { id: 8, ..done((1, 1), vec![], None) }, 0, false),
        ("no pixels", None, done((0, 5), vec![], None), 0, false),
        ("too many pixels", None, done((101, 100), vec![], None), 0, false),
        ("huge sides", None, done((u32::MAX, u32::MAX), vec![], None), 0, false),
        ("region over the border", None, done((100, 100), vec![(Rect(90, 0, 20, 5), None)], None), 0, false),
        ("region far away", None, done((9, 9), vec![(Rect(u32::MAX, 9, u32::MAX, 9), None)], None), 0, false),
        ("empty region", None, done((9, 9), vec![(Rect(1, 1, 0, 4), None)], None), 0, false),
        ("score", None, done((100, 100), vec![(inside, Some(1.5))], None), 0, false),
        ("picture unasked", None, done((9, 9), vec![], None), 5, false),
        ("picture missing", fill, done((9, 9), vec![], None), 0, false),
        ("picture empty", fill, done((9, 9), vec![], Some("png")), 0, false),
        ("picture endless", fill, done((9, 9), vec![], Some("png")), u64::MAX, false),
        ("format", fill, done((9, 9), vec![], Some("svg")), 5, false),
    ];
    for (name, style, answer, body, makes_sense) in cases {
        let checked = answer.check(&request(style), 1000, body, &limits);
        assert_eq!(checked.is_ok(), makes_sense, "{name}: {checked:?}");
    }
}

#[test]
fn sec_8_an_answer_has_no_more_regions_and_notes_than_anybody_needs() {
    let (limits, size) = (decode::Limits::default(), (100, 100));
    let answer = |regions: usize, notes: usize| {
        let regions = vec![(Rect(0, 0, 1, 1), None); regions];
        let notes = vec![String::new(); notes];
        Answer {
            id: 7,
            verdict: Verdict::Done { size, regions, format: None, notes, digest: None, taken: None },
        }
    };
    for (regions, notes, makes_sense) in
        [(MAX_REGIONS, MAX_NOTES, true), (MAX_REGIONS + 1, 0, false), (0, MAX_NOTES + 1, false)]
    {
        let answer = answer(regions, notes);
        assert_eq!(answer.check(&request(None), 9, 0, &limits).is_ok(), makes_sense, "{regions} {notes}");
    }
    let longest = Rect(u32::MAX, u32::MAX, u32::MAX, u32::MAX);
    let verdict = Verdict::Done {
        size,
        regions: vec![(longest, Some(0.123_456_79)); MAX_REGIONS],
        format: None,
        notes: vec![],
        digest: None,
        taken: None,
    };
    let header = serde_json::to_vec(&Answer { id: u64::MAX, verdict }).unwrap();
    assert!(header.len() < MAX_HEADER_BYTES as usize, "the longest list of regions fits a header");
}

#[test]
fn pub_9_a_worker_says_no_finer_time_than_it_was_asked_for() {
    let answer = |taken: &str, asked: Option<Step>| {
        let mut request = request(None);
        request.task.taken = asked;
        let mut answer = done((100, 100), vec![], None);
        if let Verdict::Done { taken: said, .. } = &mut answer.verdict {
            *said = Some(taken.into());
        }
        answer.check(&request, 9, 0, &decode::Limits::default()).is_ok()
    };
    assert!(answer("2026-09-05T14:45", Some(Step::Quarter)));
    for (taken, asked) in [
        ("2026-09-05T14:45", Some(Step::Hour)),
        ("2026-09-05T14:00", Some(Step::Day)),
        ("2026-09-05T14:46", Some(Step::Quarter)),
        ("2026-09-05T14:45:01", Some(Step::Quarter)),
        ("Alice", Some(Step::Quarter)),
        ("2026-09-05T14:45", None),
    ] {
        assert!(!answer(taken, asked), "{taken} {asked:?}");
    }
    assert!(done((100, 100), vec![], None).check(&request(None), 9, 0, &decode::Limits::default()).is_ok());
}

#[test]
fn sec_3_words_of_a_worker_are_made_harmless() {
    let answer = Answer { id: 7, verdict: Verdict::Refused { reason: "bad\u{1b}[31m\n".repeat(200) } };
    let Ok(Checked::Refused(reason)) = answer.check(&request(None), 1, 0, &decode::Limits::default()) else {
        panic!("a refusal is an answer")
    };
    assert!(!reason.contains(char::is_control) && reason.len() < 2000);
}

#[test]
fn every_format_has_its_name() {
    for format in [Format::Jpeg, Format::Png, Format::WebP, Format::Tiff, Format::Heic] {
        assert_eq!(format_named(format_name(format)), Some(format));
    }
}

proptest! {
    #[test]
    fn sec_8_no_bytes_upset_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_header::<Answer>(&mut bytes.as_slice());
        let _ = read_header::<Ready>(&mut bytes.as_slice());
    }

    #[test]
    fn sec_8_no_json_upsets_the_check(
        flips in proptest::collection::vec((0usize..200, any::<u8>()), 0..4),
        body in any::<u64>(),
        source in any::<u64>(),
    ) {
        let answer = done((100, 90), vec![(Rect(1, 2, 3, 4), Some(0.5))], Some("png"));
        let mut bytes = message(&answer, b"");
        for (at, value) in flips {
            let at = at % bytes.len();
            bytes[at] = value;
        }
        if let Ok(Some((answer, _))) = read_header::<Answer>(&mut bytes.as_slice()) {
            let checked = answer.check(&request(Some(Style::Veil)), source, body, &decode::Limits::default());
            if let Ok(Checked::Done(done)) = checked {
                for region in done.regions {
                    prop_assert!(region.rect.right() <= done.size.width);
                    prop_assert!(region.rect.bottom() <= done.size.height);
                }
            }
        }
    }

    #[test]
    fn a_task_survives_the_wire(
        margin in 0.0f32..2.0,
        min_face in proptest::option::of(1u32..5000),
        given in proptest::collection::vec((any::<u32>(), any::<u32>(), any::<u32>(), any::<u32>()), 0..50),
    ) {
        let given = given.into_iter().map(|(x, y, w, h)| Rect(x, y, w, h)).collect();
        let request = Request { id: 1, task: Task { obscure: Some(Style::Fill), min_face, margin, given, ..Task::default() } };
        let bytes = message(&request, b"");
        let read: Option<(Request, u64)> = read_header(&mut bytes.as_slice()).unwrap();
        prop_assert_eq!(read, Some((request, 0)));
    }
}
