/// Statements that are not what they seem, and those that only seem to be something. What is made of them: one part an operation, its verb and object and the facts that it has.
let mysqlTrickCases: [(sql: String, facts: String)] = [
  (#"SELECT * FROM t WHERE a = 1 /* unclosed? no */ LIMIT 3"#, #"select table=t reads=t where limit=3"#),
  (#"SELECT * FROM `Orders` JOIN Items ON 1"#, #"select table=orders,items reads=orders,items joins=1"#),
  (#"SELECT a FROM t UNION SELECT b FROM u WHERE c = 1"#, #"select table=t,u reads=t,u"#),
  (#"SELECT a FROM t WHERE b = 1 UNION SELECT b FROM u WHERE true"#, #"select table=t,u reads=t,u where constant"#),
  (
    #"INSERT INTO t (a) VALUES (LOAD_FILE('/etc/shadow'))"#,
    #"insert table=t writes=t function=load_file file=/etc/shadow"#
  ),
  (#"SELECT LOAD_FILE(CONCAT('/etc/', 'passwd'))"#, #"select function=load_file,concat file=/etc/passwd"#),
  (#"SELECT LOAD_FILE(0x2f6574632f706173737764)"#, #"select function=load_file file=/etc/passwd"#),
  (#"SELECT LOAD_FILE(@f)"#, #"select function=load_file"#),
  (#"SELECT sys_eval(@c)"#, #"select function=sys_eval | !unknown-code"#),
  (
    #"UPDATE t SET a = (SELECT LOAD_FILE('/x')) WHERE id = 1"#,
    #"update table=t writes=t function=load_file file=/x where"#
  ),
  (#"SELECT CASE WHEN 1 THEN LOAD_FILE('/x') END"#, #"select function=load_file file=/x"#),
  (#"IF 1 THEN DROP TABLE x; END IF"#, #"begin table=x | drop table table=x"#),
  (
    #"BEGIN NOT ATOMIC DECLARE CONTINUE HANDLER FOR SQLEXCEPTION DELETE FROM t; DROP TABLE x; END"#,
    #"begin table=t,x | delete table=t writes=t | drop table table=x"#
  ),
  (
    #"CREATE PROCEDURE p() BEGIN SET @q = 'DROP TABLE x'; PREPARE s FROM @q; EXECUTE s; END"#,
    #"create procedure | set | prepare | drop table table=x | execute"#
  ),
  (
    #"CREATE PROCEDURE p() BEGIN IF a THEN SET @q = 'SELECT 1'; END IF; PREPARE s FROM @q; END"#,
    #"create procedure | set | prepare | !unknown-code"#
  ),
  (
    #"CREATE PROCEDURE p(x TEXT) BEGIN SET @q = CONCAT('DROP TABLE ', x); PREPARE s FROM @q; END"#,
    #"create procedure | set function=concat | prepare | !unknown-code"#
  ),
  (#"SET @q = 'SELECT 1', @q = 'DROP TABLE x'; EXECUTE IMMEDIATE @q"#, #"set | execute | drop table table=x"#),
  (
    #"SET @q = 'DROP TABLE x'; SELECT @q := 'SELECT 1'; EXECUTE IMMEDIATE @q"#,
    #"set | select | execute | !unknown-code"#
  ),
  (#"PREPARE s FROM "PREPARE u FROM 'DROP TABLE x'""#, #"prepare | prepare | drop table table=x"#),
  (#"PREPARE s FROM 'SELECT ''DROP TABLE x'''"#, #"prepare | select"#),
  (#"EXECUTE IMMEDIATE 'SELECT 1; DROP TABLE x'"#, #"execute | select | drop table table=x"#),
  (#"EXECUTE IMMEDIATE REVERSE('x ELBAT PORD')"#, #"execute function=reverse | drop table table=x"#),
  (#"SELECT 1; ; SELECT 2;"#, #"select | select"#),
  (#"SELECT ';' ; SELECT 2"#, #"select | select"#),
  (#"SELECT 1 /*!80000 ; DROP TABLE x */"#, #"select | drop table table=x"#),
  (#"SELECT 1 /*!50000 UNION SELECT 2 /* ; */ */ ; DROP TABLE x"#, #"select | drop table table=x"#),
  (#"DROP /*!50000 TABLE */ x"#, #"drop table table=x"#),
  (#"DROP/*!00000TABLE*/x"#, #"drop table table=x"#),
  (#"/*!40101 SET NAMES utf8 */;"#, #"set"#),
  (
    #"/*!40101 SET @OLD_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */; DROP TABLE IF EXISTS `t`; /*!40101 SET SQL_MODE=@OLD_MODE */;"#,
    #"set | drop table table=t | set"#
  ),
  (
    #"/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`%`*/ /*!50003 TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1 */"#,
    #"create trigger table=t | set"#
  ),
  (
    #"CREATE DATABASE /*!32312 IF NOT EXISTS*/ `x` /*!40100 DEFAULT CHARACTER SET utf8mb4 */ /*!80016 DEFAULT ENCRYPTION='N' */"#,
    #"create database | create database"#
  ),
  (#"SELECT 1#;DROP TABLE x"#, #"select"#),
  (#"SELECT 1 -- ;DROP TABLE x"#, #"select"#),
  (#"SELECT 1--;DROP TABLE x"#, #"!syntax"#),
  (#"SELECT 1 --\#t;DROP TABLE x"#, #"select"#),
  (#"SELECT "a\"; DROP TABLE x; -- ""#, #"select"#),
  (#"SELECT 'a''; DROP TABLE x; -- '"#, #"select"#),
  (#"SELECT `a``; DROP TABLE x; -- `"#, #"select"#),
  (#"DELETE FROM a USING a"#, #"delete table=a writes=a"#),
  (#"delete from T where T.a=t.a"#, #"delete table=t writes=t where constant"#),
  (#"WITH t AS (SELECT 1) SELECT * FROM t, s.t"#, #"select table=s.t reads=s.t joins=1"#),
  (
    #"WITH RECURSIVE c AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM c JOIN u) SELECT * FROM c"#,
    #"select table=u reads=u joins=1"#
  ),
  (#"WITH c AS (SELECT * FROM c) SELECT * FROM c"#, #"select table=c reads=c"#),
  (#"SELECT (WITH c AS (SELECT 1) SELECT * FROM c), c.a FROM c"#, #"select table=c reads=c"#),
  (
    #"""
    DELIMITER $$
    SELECT 1; SELECT 2$$
    DELIMITER ;
    SELECT 3
    """#, #"select | select | select"#
  ),
  (
    #"""
    delimiter ;;
    CREATE TRIGGER g BEFORE DELETE ON t FOR EACH ROW BEGIN DELETE FROM u; END;;
    """#, #"create trigger table=t,u | delete table=u writes=u"#
  ),
  (#"SELECT a FROM t PROCEDURE ANALYSE()"#, #"select table=t reads=t"#),
  (#"SELECT t.* FROM t, (u CROSS JOIN v) WHERE t.a = v.a"#, #"select table=t,u,v reads=t,u,v where joins=2"#),
  (#"HANDLER t READ NEXT"#, #"handler table=t reads=t"#),
  (#"CREATE TABLE t (a INT, KEY (a)) UNION (SELECT 1)"#, #"!syntax"#),
  (#"EXPLAIN INSERT INTO t SELECT * FROM u"#, #"explain table=t,u"#),
  (#"EXPLAIN FOR CONNECTION 5"#, #"explain"#),
  (#"DESC SELECT LOAD_FILE('/x')"#, #"describe function=load_file file=/x"#),
  (#"SHOW TABLES WHERE 1 = (SELECT count(*) FROM u)"#, #"show table=u reads=u function=count"#),
  (#"SET @x = (SELECT password FROM users LIMIT 1)"#, #"set table=users reads=users"#),
  (#"DO (SELECT a FROM t)"#, #"do table=t reads=t"#),
  (#"CALL p((SELECT a FROM t))"#, #"call table=t reads=t function=p"#),
  (#"GRANT SELECT ON `shop`.* TO 'u'"#, #"grant database"#),
  (#"SET GLOBAL init_connect = CONCAT(@a, 'x')"#, #"set function=concat | !unknown-code"#),
  (
    #"LOCK TABLES `orders` WRITE; INSERT INTO `orders` VALUES (1,'a;b'),(2,'c'); UNLOCK TABLES"#,
    #"lock table=orders | insert table=orders writes=orders | unlock"#
  ),
  (#"SET sql_mode = 'NO_BACKSLASH_ESCAPES'; SELECT 'a\'; DROP TABLE x -- '"#, #"!unsupported"#),
  (#"SET sql_mode = CONCAT('NO_BACKSLASH', '_ESCAPES'); SELECT 'a\'; DROP TABLE x -- '"#, #"!unsupported"#),
  (#"SET @@session.sql_mode = (SELECT a FROM t); SELECT 'a\'; DROP TABLE x -- '"#, #"!unsupported"#),
  (#"SET sql_mode = 'ANSI_QUOTES'; SELECT 'it\'s'"#, #"set | select"#),
  (#"SELECT 'it\'s', "x"; SET sql_mode = @OLD_SQL_MODE; SELECT 'it\'s'"#, #"!unsupported"#),
]
