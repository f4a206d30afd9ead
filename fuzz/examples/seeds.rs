//! Writes the seeds of every target into the folder of its corpus: `seeds FOLDER`.

use std::path::PathBuf;

fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).expect("a folder"));
    for (name, _, seeds) in comity_fuzz::TARGETS {
        let corpus = folder.join(name);
        std::fs::create_dir_all(&corpus).expect("a folder for the corpus");
        for (number, seed) in seeds().iter().enumerate() {
            std::fs::write(corpus.join(format!("seed-{number}")), seed).expect("a seed written");
        }
    }
}
