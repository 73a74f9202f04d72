//! Files of judgements and rankings: TREC runs and qrels, result files of others.
