//! Words compared as people mean them: whatever the case and the accents, *São Paulo* is *sao paulo*.

/// Without case, Portuguese and Spanish accents, and spaces around.
pub fn folded(text: &str) -> String {
    text.trim().to_lowercase().chars().map(unaccented).collect()
}

fn unaccented(letter: char) -> char {
    match letter {
        'á' | 'à' | 'â' | 'ã' => 'a',
        'é' | 'ê' => 'e',
        'í' => 'i',
        'ó' | 'ô' | 'õ' => 'o',
        'ú' | 'ü' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        other => other,
    }
}
