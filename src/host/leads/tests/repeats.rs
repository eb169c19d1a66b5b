//! GN-13: what a dry run says of numbers that are there already, in the file or in other lists, is what an import makes of them.

use super::*;

fn look(store: &Store, scratch: &Scratch, text: &str, options: &Options) -> Preview {
    let path = file(scratch, "list.csv", text.as_bytes());
    let lists = store.reader().unwrap();
    preview(&path, options, &rules(), Some(&lists), &Progress::default()).unwrap()
}

fn pairs(found: &Preview) -> Vec<(u32, u32)> {
    found.repeats.first.iter().map(|one| (one.line, one.first)).collect()
}

/// GN-13: each row that repeats a number is named with the row that has it first, however it is written.
#[test]
fn gn_13_rows_that_repeat_a_number_are_named_with_the_row_that_has_it_first() {
    let (scratch, lines) = (Scratch::new(), ["nome;celular;fixo", "Ana;11987654321;1133334444", "\"Bia"]);
    let text = lines.join("\n")
        + "\nMaria\";(11) 98765-4321;\n\
           Caio;+55 11 98765-4321;21 3333-4444\n\
           Davi;20;1133334444\n\
           Eva;11 3333 4444;11 3333 4444\n\
           Gil;2133334444;11987654329\n";
    let store = Store::open(&scratch.path().join("data")).unwrap();
    let options = Options { skip_bad: true, ..Options::default() };
    let found = look(&store, &scratch, &text, &options);
    // Davi's row is bad: nothing of it counts. Eva's number is there twice in her row, and is the repeated one.
    assert_eq!((found.repeats.rows, pairs(&found)), (4, vec![(3, 2), (5, 2), (7, 2), (8, 5)]));
    assert_eq!((found.leads, found.twice, found.listed, found.repeats.uncompared), (5, 2, None, 0), "Bia and Eva");
    let path = scratch.path().join("list.csv");
    let done = import(&store, order(1, path, options), &rules(), &Progress::default()).unwrap();
    assert_eq!((done.leads, done.counts.twice), (found.leads - found.twice, found.twice));
}

/// GN-13: with numbers of other lists left out too; lists that are not ready do not count.
#[test]
fn gn_13_numbers_of_other_lists_are_counted_where_they_are_to_be_left_out() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.path().join("data")).unwrap();
    keep(&store, &scratch, 1, &people(10));
    keep(&store, &scratch, 2, "telefone\n21987654321\n");
    store.discard_list(ListId(2)).unwrap();
    let text = "celular;fixo\n\
                11900000003;\n\
                11900000003;1133334444\n\
                21987654321;1133334444\n\
                21987654321;11900000004\n\
                1133334445;\n";
    let alone = look(&store, &scratch, text, &Options::default());
    assert_eq!((alone.repeats.rows, alone.listed, alone.twice), (3, None, 0));
    let options = Options { across_lists: true, ..Options::default() };
    let found = look(&store, &scratch, text, &options);
    assert_eq!((found.repeats.rows, found.listed, found.twice), (3, Some(3), 2), "the first row and the fourth");
    let path = scratch.path().join("list.csv");
    let done = import(&store, order(3, path, options), &rules(), &Progress::default()).unwrap();
    assert_eq!((done.leads, done.counts.twice), (3, 2));
}

/// GN-13: whatever the file, the dry run counts what the import leaves out.
#[test]
fn gn_13_the_dry_run_leaves_out_as_many_as_the_import() {
    for seed in 0..20_u64 {
        let scratch = Scratch::new();
        let store = Store::open(&scratch.path().join("data")).unwrap();
        keep(&store, &scratch, 1, &people(20));
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut next = |most: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % most
        };
        let mut text = "nome;telefone 1;telefone 2;celular\n".to_owned();
        for row in 0..60 {
            let mut cell = || match next(4) {
                0 => String::new(),
                _ => format!("119{:08}", next(60)),
            };
            text += &format!("Pessoa {row};{};{};{}\n", cell(), cell(), cell());
        }
        let options = Options { skip_bad: true, across_lists: seed % 2 == 1, ..Options::default() };
        let found = look(&store, &scratch, &text, &options);
        let path = scratch.path().join("list.csv");
        let done = import(&store, order(2, path, options), &rules(), &Progress::default()).unwrap();
        assert_eq!((done.leads, done.counts.twice), (found.leads - found.twice, found.twice), "seed {seed}");
        assert!(found.repeats.rows > 0 && found.twice > 0, "seed {seed}: {found:?}");
    }
}
