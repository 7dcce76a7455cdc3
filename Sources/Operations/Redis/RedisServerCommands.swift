/// The commands on the server, its connections and what it runs, as ``redisDataCommands`` are written.
let redisServerCommands = """
  # The server
  ACL;;
  ACL CAT;;
  ACL DELUSER;admin;
  ACL DRYRUN;admin;
  ACL GENPASS;;
  ACL GETUSER;admin;
  ACL HELP;;
  ACL LIST;admin;
  ACL LOAD;admin;
  ACL LOG;admin;
  ACL SAVE;admin;
  ACL SETUSER;admin;
  ACL USERS;admin;
  ACL WHOAMI;;
  BGREWRITEAOF;admin;
  BGSAVE;admin;
  COMMAND;connection;
  COMMAND COUNT;connection;
  COMMAND DOCS;connection;
  COMMAND GETKEYS;connection;
  COMMAND GETKEYSANDFLAGS;connection;
  COMMAND HELP;connection;
  COMMAND INFO;connection;
  COMMAND LIST;connection;
  COMMANDLOG;;
  COMMANDLOG GET;admin;
  COMMANDLOG HELP;;
  COMMANDLOG LEN;admin;
  COMMANDLOG RESET;admin;
  CONFIG;;
  CONFIG GET;admin;
  CONFIG HELP;;
  CONFIG RESETSTAT;admin;
  CONFIG REWRITE;admin;
  CONFIG SET;admin;
  DBSIZE;read,keyspace;
  DEBUG;admin;
  FAILOVER;admin;
  FLUSHALL;write,dangerous,keyspace;
  FLUSHDB;write,dangerous,keyspace;
  INFO;dangerous;
  LASTSAVE;dangerous;
  LATENCY;;
  LATENCY DOCTOR;admin;
  LATENCY GRAPH;admin;
  LATENCY HELP;;
  LATENCY HISTOGRAM;admin;
  LATENCY HISTORY;admin;
  LATENCY LATEST;admin;
  LATENCY RESET;admin;
  LOLWUT;read;
  MEMORY;;
  MEMORY DOCTOR;;
  MEMORY HELP;;
  MEMORY MALLOC-STATS;;
  MEMORY PURGE;;
  MEMORY STATS;;
  MEMORY USAGE;read;2
  MODULE;;
  MODULE HELP;;
  MODULE LIST;admin;
  MODULE LOAD;admin;
  MODULE LOADEX;admin;
  MODULE UNLOAD;admin;
  MONITOR;admin;
  PSYNC;admin;
  REPLCONF;admin;
  REPLICAOF;admin;
  RESTORE-ASKING;write,dangerous,keyspace;1
  ROLE;dangerous;
  SAVE;admin;
  SHUTDOWN;admin;
  SLAVEOF;admin;
  SLOWLOG;;
  SLOWLOG GET;admin;
  SLOWLOG HELP;;
  SLOWLOG LEN;admin;
  SLOWLOG RESET;admin;
  SWAPDB;write,dangerous,keyspace;
  SYNC;admin;
  TIME;;
  # Connections
  AUTH;connection;
  CLIENT;;
  CLIENT CACHING;connection;
  CLIENT CAPA;connection;
  CLIENT GETNAME;connection;
  CLIENT GETREDIR;connection;
  CLIENT HELP;connection;
  CLIENT ID;connection;
  CLIENT IMPORT-SOURCE;admin,connection;
  CLIENT INFO;connection;
  CLIENT KILL;admin,connection;
  CLIENT LIST;admin,connection;
  CLIENT NO-EVICT;admin,connection;
  CLIENT NO-TOUCH;connection;
  CLIENT PAUSE;admin,connection;
  CLIENT REPLY;connection;
  CLIENT SETINFO;connection;
  CLIENT SETNAME;connection;
  CLIENT TRACKING;connection;
  CLIENT TRACKINGINFO;connection;
  CLIENT UNBLOCK;admin,connection;
  CLIENT UNPAUSE;admin,connection;
  ECHO;connection;
  HELLO;connection;
  PING;connection;
  QUIT;connection;
  RESET;connection;
  SELECT;connection;
  # Transactions
  DISCARD;transaction;
  EXEC;transaction;
  MULTI;transaction;
  UNWATCH;transaction;
  WATCH;transaction;1*
  # Channels
  PSUBSCRIBE;pubsub;
  PUBLISH;pubsub;
  PUBSUB;;
  PUBSUB CHANNELS;pubsub;
  PUBSUB HELP;;
  PUBSUB NUMPAT;pubsub;
  PUBSUB NUMSUB;pubsub;
  PUBSUB SHARDCHANNELS;pubsub;
  PUBSUB SHARDNUMSUB;pubsub;
  PUNSUBSCRIBE;pubsub;
  SPUBLISH;pubsub;
  SSUBSCRIBE;pubsub;
  SUBSCRIBE;pubsub;
  SUNSUBSCRIBE;pubsub;
  UNSUBSCRIBE;pubsub;
  # Scripts and functions
  EVAL;scripting;#2 =eval
  EVALSHA;scripting;#2 =unknown
  EVALSHA_RO;read,scripting;#2 =unknown
  EVAL_RO;read,scripting;#2 =eval
  FCALL;scripting;#2 =function
  FCALL_RO;read,scripting;#2 =function
  FUNCTION;;
  FUNCTION DELETE;write,scripting;
  FUNCTION DUMP;scripting;
  FUNCTION FLUSH;write,scripting;
  FUNCTION HELP;scripting;
  FUNCTION KILL;scripting;
  FUNCTION LIST;scripting;
  FUNCTION LOAD;write,scripting;=load
  FUNCTION RESTORE;write,scripting;=unknown
  FUNCTION STATS;scripting;
  SCRIPT;;
  SCRIPT DEBUG;scripting;
  SCRIPT EXISTS;scripting;
  SCRIPT FLUSH;scripting;
  SCRIPT HELP;scripting;
  SCRIPT KILL;scripting;
  SCRIPT LOAD;scripting;=load
  SCRIPT SHOW;scripting;
  # Clusters
  ASKING;connection;
  CLUSTER;;
  CLUSTER ADDSLOTS;admin;
  CLUSTER ADDSLOTSRANGE;admin;
  CLUSTER BUMPEPOCH;admin;
  CLUSTER CANCELSLOTMIGRATIONS;admin;
  CLUSTER COUNT-FAILURE-REPORTS;admin;
  CLUSTER COUNTKEYSINSLOT;;
  CLUSTER DELSLOTS;admin;
  CLUSTER DELSLOTSRANGE;admin;
  CLUSTER FAILOVER;admin;
  CLUSTER FLUSHSLOT;admin;
  CLUSTER FLUSHSLOTS;admin;
  CLUSTER FORGET;admin;
  CLUSTER GETKEYSINSLOT;;
  CLUSTER GETSLOTMIGRATIONS;admin;
  CLUSTER HELP;;
  CLUSTER INFO;;
  CLUSTER KEYSLOT;;
  CLUSTER LINKS;;
  CLUSTER MEET;admin;
  CLUSTER MIGRATESLOTS;admin;
  CLUSTER MIGRATION;admin;
  CLUSTER MYID;;
  CLUSTER MYSHARDID;;
  CLUSTER NODES;;
  CLUSTER REPLICAS;admin;
  CLUSTER REPLICATE;admin;
  CLUSTER RESET;admin;
  CLUSTER SAVECONFIG;admin;
  CLUSTER SET-CONFIG-EPOCH;admin;
  CLUSTER SETSLOT;admin;
  CLUSTER SHARDS;;
  CLUSTER SLAVES;admin;
  CLUSTER SLOT-STATS;;
  CLUSTER SLOTS;;
  READONLY;connection;
  READWRITE;connection;
  # Sentinels
  SENTINEL;admin;
  SENTINEL CKQUORUM;admin;
  SENTINEL CONFIG;admin;
  SENTINEL DEBUG;admin;
  SENTINEL FAILOVER;admin;
  SENTINEL FLUSHCONFIG;admin;
  SENTINEL GET-MASTER-ADDR-BY-NAME;admin;
  SENTINEL GET-PRIMARY-ADDR-BY-NAME;admin;
  SENTINEL HELP;;
  SENTINEL INFO-CACHE;admin;
  SENTINEL IS-MASTER-DOWN-BY-ADDR;admin;
  SENTINEL IS-PRIMARY-DOWN-BY-ADDR;admin;
  SENTINEL MASTER;admin;
  SENTINEL MASTERS;admin;
  SENTINEL MONITOR;admin;
  SENTINEL MYID;admin;
  SENTINEL PENDING-SCRIPTS;admin;
  SENTINEL PRIMARIES;admin;
  SENTINEL PRIMARY;admin;
  SENTINEL REMOVE;admin;
  SENTINEL REPLICAS;admin;
  SENTINEL RESET;admin;
  SENTINEL SENTINELS;admin;
  SENTINEL SET;admin;
  SENTINEL SIMULATE-FAILURE;admin;
  SENTINEL SLAVES;admin;
  """
