//! temp
#![allow(clippy::all, clippy::pedantic, clippy::unwrap_used)]
use corpora::training::Builder;
use isogloss_sampling::*;
use std::time::Instant;
fn rss() -> String { std::fs::read_to_string("/proc/self/status").unwrap().lines().filter(|l| l.starts_with("VmRSS")||l.starts_with("VmHWM")).collect::<Vec<_>>().join(" ") }
fn main() {
    let d = "/work/shared/data/train";
    let t = Instant::now();
    let mut b = Builder::new();
    b.parallel(format!("{d}/parallel.jsonl.gz")).unwrap().bitext(format!("{d}/bitext.jsonl.gz")).unwrap().pairs(format!("{d}/pairs.jsonl.gz")).unwrap().lexicon("/work/shared/corpus/lexicon.tsv").unwrap();
    let set = b.finish().unwrap();
    println!("read {:?} entries {} {}", t.elapsed(), set.entries.len(), rss());
    let w = |p: &[(&str, f64)]| p.iter().map(|x| (x.0.to_string(), x.1)).collect();
    let zero_but = |keep: &str| set.sources.iter().map(|s| (s.clone(), if s==keep {1.0} else {0.0})).collect();
    for (name, plan) in [
        ("base cross 768", Plan { composition: Composition::Cross, batch: 768, source_power: 0.5, ..Plan::default() }),
        ("base cross 768 third lexicon", Plan { composition: Composition::Cross, batch: 768, source_power: 0.5, source_weights: w(&[("lexicon", 300.0)]), ..Plan::default() }),
        ("lexicon alone", Plan { composition: Composition::Cross, batch: 768, source_weights: zero_but("lexicon"), ..Plan::default() }),
        ("omw alone", Plan { composition: Composition::Cross, batch: 768, source_weights: zero_but("omw-wiktionary"), ..Plan::default() }),
        ("gnome alone", Plan { composition: Composition::Cross, batch: 768, source_weights: zero_but("gnome-help"), ..Plan::default() }),
        ("hybrid 256", Plan { batch: 256, ..Plan::default() }),
        ("hybrid 256 one source", Plan { batch: 256, one_source_per_batch: true, ..Plan::default() }),
        ("mono 256", Plan { batch: 256, composition: Composition::Mono, ..Plan::default() }),
        ("mono 512", Plan { batch: 512, composition: Composition::Mono, ..Plan::default() }),
        ("mixed 256", Plan { batch: 256, composition: Composition::Mixed, ..Plan::default() }),
        ("mono medquad", Plan { batch: 256, composition: Composition::Mono, source_weights: zero_but("medquad"), ..Plan::default() }),
    ] {
        let t = Instant::now();
        match Sampler::new(&set, &plan) {
            Err(e) => println!("{name}: ERR {e} ({:?})", t.elapsed()),
            Ok(mut s) => {
                let new = t.elapsed(); let mem = rss();
                let t = Instant::now(); s.skip(20); let first = t.elapsed();
                let t = Instant::now(); s.skip(1000); let k = t.elapsed();
                let tl = s.tally();
                println!("{name}: new {new:?} first20 {first:?} 1000 more {k:?} short {} rows {} {mem}", tl.short_batches, tl.rows);
                println!("   lang {:?}", tl.languages.iter().map(|(k,v)| format!("{k} {:.3}/{:.3}", v.planned, v.drawn)).collect::<Vec<_>>().join(" "));
                println!("   src {:?}", tl.sources.iter().map(|(k,v)| format!("{k} {:.3}/{:.3}", v.planned, v.drawn)).collect::<Vec<_>>().join(" "));
            }
        }
    }
}
