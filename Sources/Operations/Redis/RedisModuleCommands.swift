/// The commands of common modules, as ``redisDataCommands`` are written: their manuals say what they do and which keys they
/// name. What a query finds is in keys that it does not name.
let redisModuleCommands = """
  # JSON documents
  JSON.ARRAPPEND;write,module;1
  JSON.ARRINDEX;read,module;1
  JSON.ARRINSERT;write,module;1
  JSON.ARRLEN;read,module;1
  JSON.ARRPOP;write,module;1
  JSON.ARRTRIM;write,module;1
  JSON.CLEAR;write,module;1
  JSON.DEBUG;read,module;2
  JSON.DEL;write,module;1
  JSON.FORGET;write,module;1
  JSON.GET;read,module;1
  JSON.MERGE;write,module;1
  JSON.MGET;read,module;1*-1
  JSON.MSET;write,module;1*/3
  JSON.NUMINCRBY;write,module;1
  JSON.NUMMULTBY;write,module;1
  JSON.NUMPOWBY;write,module;1
  JSON.OBJKEYS;read,module;1
  JSON.OBJLEN;read,module;1
  JSON.RESP;read,module;1
  JSON.SET;write,module;1
  JSON.STRAPPEND;write,module;1
  JSON.STRLEN;read,module;1
  JSON.TOGGLE;write,module;1
  JSON.TYPE;read,module;1
  # Search
  FT._LIST;read,module;
  FT.AGGREGATE;read,unlisted-keys,module;
  FT.ALIASADD;write,module;
  FT.ALIASDEL;write,module;
  FT.ALIASUPDATE;write,module;
  FT.ALTER;write,module;
  FT.CONFIG;admin,module;
  FT.CREATE;write,module;
  FT.CURSOR;read,unlisted-keys,module;
  FT.DICTADD;write,module;
  FT.DICTDEL;write,module;
  FT.DICTDUMP;read,module;
  FT.DROP;write,dangerous,unlisted-keys,module;
  FT.DROPINDEX;write,dangerous,unlisted-keys,module;
  FT.EXPLAIN;read,module;
  FT.EXPLAINCLI;read,module;
  FT.HYBRID;read,unlisted-keys,module;
  FT.INFO;read,module;
  FT.MGET;read,module;2*
  FT.PROFILE;read,unlisted-keys,module;
  FT.SEARCH;read,unlisted-keys,module;
  FT.SPELLCHECK;read,module;
  FT.SUGADD;write,module;1
  FT.SUGDEL;write,module;1
  FT.SUGGET;read,module;1
  FT.SUGLEN;read,module;1
  FT.SYNDUMP;read,module;
  FT.SYNUPDATE;write,module;
  FT.TAGVALS;read,module;
  # Bloom filters
  BF.ADD;write,module;1
  BF.CARD;read,module;1
  BF.DEBUG;read,module;1
  BF.EXISTS;read,module;1
  BF.INFO;read,module;1
  BF.INSERT;write,module;1
  BF.LOAD;write,module;1
  BF.LOADCHUNK;write,module;1
  BF.MADD;write,module;1
  BF.MEXISTS;read,module;1
  BF.RESERVE;write,module;1
  BF.SCANDUMP;read,module;1
  # Cuckoo filters
  CF.ADD;write,module;1
  CF.ADDNX;write,module;1
  CF.COMPACT;write,module;1
  CF.COUNT;read,module;1
  CF.DEBUG;read,module;1
  CF.DEL;write,module;1
  CF.EXISTS;read,module;1
  CF.INFO;read,module;1
  CF.INSERT;write,module;1
  CF.INSERTNX;write,module;1
  CF.LOADCHUNK;write,module;1
  CF.MEXISTS;read,module;1
  CF.RESERVE;write,module;1
  CF.SCANDUMP;read,module;1
  # Sketches
  CMS.INCRBY;write,module;1
  CMS.INFO;read,module;1
  CMS.INITBYDIM;write,module;1
  CMS.INITBYPROB;write,module;1
  CMS.MERGE;write,module;1 #2
  CMS.QUERY;read,module;1
  TDIGEST.ADD;write,module;1
  TDIGEST.BYRANK;read,module;1
  TDIGEST.BYREVRANK;read,module;1
  TDIGEST.CDF;read,module;1
  TDIGEST.CREATE;write,module;1
  TDIGEST.INFO;read,module;1
  TDIGEST.MAX;read,module;1
  TDIGEST.MERGE;write,module;1 #2
  TDIGEST.MIN;read,module;1
  TDIGEST.QUANTILE;read,module;1
  TDIGEST.RANK;read,module;1
  TDIGEST.RESET;write,module;1
  TDIGEST.REVRANK;read,module;1
  TDIGEST.TRIMMED_MEAN;read,module;1
  TOPK.ADD;write,module;1
  TOPK.COUNT;read,module;1
  TOPK.INCRBY;write,module;1
  TOPK.INFO;read,module;1
  TOPK.LIST;read,module;1
  TOPK.QUERY;read,module;1
  TOPK.RESERVE;write,module;1
  # Time series
  TS.ADD;write,module;1
  TS.ALTER;write,module;1
  TS.CREATE;write,module;1
  TS.CREATERULE;write,module;1 2
  TS.DECRBY;write,module;1
  TS.DEL;write,module;1
  TS.DELETERULE;write,module;1 2
  TS.GET;read,module;1
  TS.INCRBY;write,module;1
  TS.INFO;read,module;1
  TS.MADD;write,module;1*/3
  TS.MGET;read,unlisted-keys,module;
  TS.MRANGE;read,unlisted-keys,module;
  TS.MREVRANGE;read,unlisted-keys,module;
  TS.QUERYINDEX;read,unlisted-keys,module;
  TS.RANGE;read,module;1
  TS.REVRANGE;read,module;1
  # Graphs
  GRAPH.BULK;write,module;1
  GRAPH.CONFIG;admin,module;
  GRAPH.CONSTRAINT;write,module;2
  GRAPH.COPY;write,module;1 2
  GRAPH.DELETE;write,module;1
  GRAPH.EXPLAIN;write,module;1
  GRAPH.LIST;read,module;
  GRAPH.PROFILE;write,module;1
  GRAPH.QUERY;write,module;1
  GRAPH.RO_QUERY;read,module;1
  GRAPH.SLOWLOG;read,module;1
  """
