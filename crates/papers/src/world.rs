//! The whole world of a paper: one template, one file of data, and the fonts. There is nothing else to be read.

use crate::glyph::Glyphs;
use crate::{Fault, Paper};
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Feature, Features, Library, LibraryExt, World};

const TEMPLATE: &str = include_str!("paper.typ");

pub(crate) struct PaperWorld {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    template: Source,
    data: (FileId, Bytes),
}

impl PaperWorld {
    pub(crate) fn new(paper: &Paper) -> Result<Self, Fault> {
        let fonts: Vec<Font> =
            typst_assets::fonts().flat_map(|bytes| Font::iter(Bytes::new(bytes))).filter(chosen).collect();
        let file = |path| {
            let path = VirtualPath::new(path).map_err(|_| Fault::Unset(vec!["a path".to_owned()]))?;
            Ok::<FileId, Fault>(RootedPath::new(VirtualRoot::Project, path).intern())
        };
        let data = Glyphs(&fonts).shown(paper)?;
        // Heads of rows in tables are still behind this flag; the version of Typst is pinned.
        let features: Features = [Feature::A11yExtras].into_iter().collect();
        Ok(Self {
            library: LazyHash::new(Library::builder().with_features(features).build()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            template: Source::new(file("/paper.typ")?, TEMPLATE.to_owned()),
            data: (file("/paper.json")?, Bytes::new(data)),
        })
    }
}

/// Of the fonts that come with Typst, the two families that the template names; those for mathematics are left out.
fn chosen(font: &Font) -> bool {
    matches!(font.info().family.as_str(), "Libertinus Serif" | "DejaVu Sans Mono")
}

impl World for PaperWorld {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.template.id() { Ok(self.template.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.data.0 { Ok(self.data.1.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
