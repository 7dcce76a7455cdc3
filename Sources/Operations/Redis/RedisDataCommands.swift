/// The commands on keys and values, a line each: `NAME;FLAGS;KEYS`.
///
/// - Flags are words of `redis.flag`: `read`, `write` and `admin` as the server's command table has them, the others its
///   categories for access control. `dangerous` is written only where a command is put there by name: every `admin`
///   command is dangerous to the server as well.
/// - Keys: `N` the word at that position; `N*` from there to the last word, `N*-1` to the one before it, `N*/2` every
///   other one; `#N` as many as the word at N says, behind it, `#N/2` every other one; `streams`, `store`, `sort` and
///   `migrate` as ``RedisKeyRule`` says. `=` and a word of ``RedisCode``: the command carries code.
///
/// Redis 7 (`COMMAND` tells the same), Valkey 8, and what Redis 8 and Valkey 9 added.
let redisDataCommands = """
  # Keys
  COPY;write,keyspace;1 2
  DEL;write,keyspace;1*
  DUMP;read,keyspace;1
  EXISTS;read,keyspace;1*
  EXPIRE;write,keyspace;1
  EXPIREAT;write,keyspace;1
  EXPIRETIME;read,keyspace;1
  KEYS;read,dangerous,keyspace;
  MIGRATE;write,dangerous,keyspace;migrate
  MOVE;write,keyspace;1
  OBJECT;;
  OBJECT ENCODING;read,keyspace;2
  OBJECT FREQ;read,keyspace;2
  OBJECT HELP;keyspace;
  OBJECT IDLETIME;read,keyspace;2
  OBJECT REFCOUNT;read,keyspace;2
  PERSIST;write,keyspace;1
  PEXPIRE;write,keyspace;1
  PEXPIREAT;write,keyspace;1
  PEXPIRETIME;read,keyspace;1
  PTTL;read,keyspace;1
  RANDOMKEY;read,keyspace;
  RENAME;write,keyspace;1 2
  RENAMENX;write,keyspace;1 2
  RESTORE;write,dangerous,keyspace;1
  SCAN;read,keyspace;
  SORT;write,dangerous,set,sorted-set,list;1 sort
  SORT_RO;read,dangerous,set,sorted-set,list;1 sort
  TOUCH;read,keyspace;1*
  TTL;read,keyspace;1
  TYPE;read,keyspace;1
  UNLINK;write,keyspace;1*
  WAIT;blocking,connection;
  WAITAOF;blocking,connection;
  # Strings
  APPEND;write,string;1
  DECR;write,string;1
  DECRBY;write,string;1
  DELEX;write,string;1
  DELIFEQ;write,string;1
  DIGEST;read,string;1
  GET;read,string;1
  GETDEL;write,string;1
  GETEX;write,string;1
  GETRANGE;read,string;1
  GETSET;write,string;1
  INCR;write,string;1
  INCRBY;write,string;1
  INCRBYFLOAT;write,string;1
  LCS;read,string;1 2
  MGET;read,string;1*
  MSET;write,string;1*/2
  MSETEX;write,string;#1/2
  MSETNX;write,string;1*/2
  PSETEX;write,string;1
  SET;write,string;1
  SETEX;write,string;1
  SETNX;write,string;1
  SETRANGE;write,string;1
  STRLEN;read,string;1
  SUBSTR;read,string;1
  # Bitmaps
  BITCOUNT;read,bitmap;1
  BITFIELD;write,bitmap;1
  BITFIELD_RO;read,bitmap;1
  BITOP;write,bitmap;2 3*
  BITPOS;read,bitmap;1
  GETBIT;read,bitmap;1
  SETBIT;write,bitmap;1
  # Hashes
  HDEL;write,hash;1
  HEXISTS;read,hash;1
  HEXPIRE;write,hash;1
  HEXPIREAT;write,hash;1
  HEXPIRETIME;read,hash;1
  HGET;read,hash;1
  HGETALL;read,hash;1
  HGETDEL;write,hash;1
  HGETEX;write,hash;1
  HINCRBY;write,hash;1
  HINCRBYFLOAT;write,hash;1
  HKEYS;read,hash;1
  HLEN;read,hash;1
  HMGET;read,hash;1
  HMSET;write,hash;1
  HPERSIST;write,hash;1
  HPEXPIRE;write,hash;1
  HPEXPIREAT;write,hash;1
  HPEXPIRETIME;read,hash;1
  HPTTL;read,hash;1
  HRANDFIELD;read,hash;1
  HSCAN;read,hash;1
  HSET;write,hash;1
  HSETEX;write,hash;1
  HSETNX;write,hash;1
  HSTRLEN;read,hash;1
  HTTL;read,hash;1
  HVALS;read,hash;1
  # HyperLogLogs
  PFADD;write,hyperloglog;1
  PFCOUNT;read,hyperloglog;1*
  PFDEBUG;write,admin,hyperloglog;2
  PFMERGE;write,hyperloglog;1 2*
  PFSELFTEST;admin,hyperloglog;
  # Lists
  BLMOVE;write,blocking,list;1 2
  BLMPOP;write,blocking,list;#2
  BLPOP;write,blocking,list;1*-1
  BRPOP;write,blocking,list;1*-1
  BRPOPLPUSH;write,blocking,list;1 2
  LINDEX;read,list;1
  LINSERT;write,list;1
  LLEN;read,list;1
  LMOVE;write,list;1 2
  LMPOP;write,list;#1
  LPOP;write,list;1
  LPOS;read,list;1
  LPUSH;write,list;1
  LPUSHX;write,list;1
  LRANGE;read,list;1
  LREM;write,list;1
  LSET;write,list;1
  LTRIM;write,list;1
  RPOP;write,list;1
  RPOPLPUSH;write,list;1 2
  RPUSH;write,list;1
  RPUSHX;write,list;1
  # Sets
  SADD;write,set;1
  SCARD;read,set;1
  SDIFF;read,set;1*
  SDIFFSTORE;write,set;1 2*
  SINTER;read,set;1*
  SINTERCARD;read,set;#1
  SINTERSTORE;write,set;1 2*
  SISMEMBER;read,set;1
  SMEMBERS;read,set;1
  SMISMEMBER;read,set;1
  SMOVE;write,set;1 2
  SPOP;write,set;1
  SRANDMEMBER;read,set;1
  SREM;write,set;1
  SSCAN;read,set;1
  SUNION;read,set;1*
  SUNIONSTORE;write,set;1 2*
  # Sorted sets
  BZMPOP;write,blocking,sorted-set;#2
  BZPOPMAX;write,blocking,sorted-set;1*-1
  BZPOPMIN;write,blocking,sorted-set;1*-1
  ZADD;write,sorted-set;1
  ZCARD;read,sorted-set;1
  ZCOUNT;read,sorted-set;1
  ZDIFF;read,sorted-set;#1
  ZDIFFSTORE;write,sorted-set;1 #2
  ZINCRBY;write,sorted-set;1
  ZINTER;read,sorted-set;#1
  ZINTERCARD;read,sorted-set;#1
  ZINTERSTORE;write,sorted-set;1 #2
  ZLEXCOUNT;read,sorted-set;1
  ZMPOP;write,sorted-set;#1
  ZMSCORE;read,sorted-set;1
  ZPOPMAX;write,sorted-set;1
  ZPOPMIN;write,sorted-set;1
  ZRANDMEMBER;read,sorted-set;1
  ZRANGE;read,sorted-set;1
  ZRANGEBYLEX;read,sorted-set;1
  ZRANGEBYSCORE;read,sorted-set;1
  ZRANGESTORE;write,sorted-set;1 2
  ZRANK;read,sorted-set;1
  ZREM;write,sorted-set;1
  ZREMRANGEBYLEX;write,sorted-set;1
  ZREMRANGEBYRANK;write,sorted-set;1
  ZREMRANGEBYSCORE;write,sorted-set;1
  ZREVRANGE;read,sorted-set;1
  ZREVRANGEBYLEX;read,sorted-set;1
  ZREVRANGEBYSCORE;read,sorted-set;1
  ZREVRANK;read,sorted-set;1
  ZSCAN;read,sorted-set;1
  ZSCORE;read,sorted-set;1
  ZUNION;read,sorted-set;#1
  ZUNIONSTORE;write,sorted-set;1 #2
  # Streams
  XACK;write,stream;1
  XACKDEL;write,stream;1
  XADD;write,stream;1
  XAUTOCLAIM;write,stream;1
  XCFGSET;write,stream;1
  XCLAIM;write,stream;1
  XDEL;write,stream;1
  XDELEX;write,stream;1
  XGROUP;;
  XGROUP CREATE;write,stream;2
  XGROUP CREATECONSUMER;write,stream;2
  XGROUP DELCONSUMER;write,stream;2
  XGROUP DESTROY;write,stream;2
  XGROUP HELP;stream;
  XGROUP SETID;write,stream;2
  XINFO;;
  XINFO CONSUMERS;read,stream;2
  XINFO GROUPS;read,stream;2
  XINFO HELP;stream;
  XINFO STREAM;read,stream;2
  XLEN;read,stream;1
  XPENDING;read,stream;1
  XRANGE;read,stream;1
  XREAD;read,blocking,stream;streams
  XREADGROUP;write,blocking,stream;streams
  XREVRANGE;read,stream;1
  XSETID;write,stream;1
  XTRIM;write,stream;1
  # Positions
  GEOADD;write,geo;1
  GEODIST;read,geo;1
  GEOHASH;read,geo;1
  GEOPOS;read,geo;1
  GEORADIUS;write,geo;1 store
  GEORADIUSBYMEMBER;write,geo;1 store
  GEORADIUSBYMEMBER_RO;read,geo;1
  GEORADIUS_RO;read,geo;1
  GEOSEARCH;read,geo;1
  GEOSEARCHSTORE;write,geo;1 2
  # Vector sets
  VADD;write;1
  VCARD;read;1
  VDIM;read;1
  VEMB;read;1
  VGETATTR;read;1
  VINFO;read;1
  VISMEMBER;read;1
  VLINKS;read;1
  VRANDMEMBER;read;1
  VRANGE;read;1
  VREM;write;1
  VSETATTR;write;1
  VSIM;read;1
  """
