/// Definitions. What is made of them: one part an operation, its verb and object and the facts that it has.
let mysqlDefinitionCases: [(sql: String, facts: String)] = [
  (#"DROP PREPARE s"#, #"deallocate"#),
  (
    #"CREATE TABLE t (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, a VARCHAR(10) DEFAULT 'x' COMMENT 'c', b DECIMAL(10,2) UNSIGNED, c TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, KEY k (a), UNIQUE KEY u (b), FOREIGN KEY (a) REFERENCES s.p (id) ON DELETE CASCADE) ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='x'"#,
    #"create table table=t,s.p"#
  ),
  (
    #"CREATE TABLE IF NOT EXISTS t (id INT, g INT GENERATED ALWAYS AS (id + 1) STORED, CHECK (id > 0))"#,
    #"create table table=t"#
  ),
  (
    #"CREATE TEMPORARY TABLE t (a ENUM('x','y'), b SET('p','q'), c JSON, d TEXT CHARACTER SET utf8)"#,
    #"create temporary-table table=t"#
  ),
  (#"CREATE TABLE t LIKE u"#, #"create table table=t,u"#),
  (#"CREATE TABLE t (LIKE u)"#, #"create table table=t,u"#),
  (#"CREATE TABLE t AS SELECT * FROM u"#, #"create table table=t,u reads=u"#),
  (#"CREATE TABLE t SELECT a FROM u WHERE b = 1"#, #"create table table=t,u reads=u where"#),
  (#"CREATE TABLE t (a INT) ENGINE=MyISAM IGNORE SELECT a FROM u"#, #"create table table=t,u reads=u"#),
  (
    #"CREATE TABLE t (a INT) PARTITION BY RANGE (a) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)"#,
    #"create table table=t"#
  ),
  (#"CREATE TABLE t (a INT) PARTITION BY LIST (a) (PARTITION p0 VALUES IN (1, 2))"#, #"create table table=t"#),
  (#"CREATE TABLE t (a INT) PARTITION BY HASH (a) PARTITIONS 4"#, #"create table table=t"#),
  (#"CREATE TABLE t (a INT) ENGINE=MERGE UNION=(u, v) INSERT_METHOD=LAST"#, #"create table table=t,u,v"#),
  (#"CREATE TABLE t (a INT) DATA DIRECTORY = '/tmp/x'"#, #"create table table=t file=/tmp/x"#),
  (#"CREATE OR REPLACE TABLE t (a INT) WITH SYSTEM VERSIONING"#, #"create table table=t"#),
  (#"CREATE TABLE t AS (SELECT 1 AS a) UNION (SELECT 2)"#, #"create table table=t"#),
  (#"CREATE TABLE t WITH c AS (SELECT 1 AS a) SELECT * FROM c"#, #"create table table=t"#),
  (#"CREATE VIEW v AS SELECT * FROM t WHERE a = 1"#, #"create view table=v,t reads=t where"#),
  (
    #"CREATE OR REPLACE ALGORITHM=MERGE DEFINER=`root`@`localhost` SQL SECURITY INVOKER VIEW v (a, b) AS SELECT a, b FROM t WITH CASCADED CHECK OPTION"#,
    #"create view table=v,t reads=t"#
  ),
  (#"CREATE INDEX i ON t (a, b DESC)"#, #"create index table=t"#),
  (
    #"CREATE UNIQUE INDEX i USING BTREE ON s.t (a(10)) COMMENT 'x' ALGORITHM=INPLACE LOCK=NONE"#,
    #"create index table=s.t"#
  ),
  (#"CREATE FULLTEXT INDEX i ON t (a)"#, #"create index table=t"#),
  (#"CREATE DATABASE IF NOT EXISTS s CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"#, #"create database"#),
  (#"CREATE SCHEMA s"#, #"create database"#),
  (#"CREATE USER 'u'@'%' IDENTIFIED BY 'secret'"#, #"create user"#),
  (#"CREATE USER IF NOT EXISTS u@localhost, v IDENTIFIED VIA mysql_native_password USING '*x'"#, #"create user"#),
  (#"CREATE ROLE r"#, #"create role"#),
  (#"CREATE SEQUENCE q START WITH 1 INCREMENT BY 1"#, #"create sequence"#),
  (#"CREATE SERVER x FOREIGN DATA WRAPPER mysql OPTIONS (HOST '10.0.0.1', USER 'u')"#, #"create server"#),
  (#"CREATE FUNCTION f RETURNS STRING SONAME 'lib.so'"#, #"create function file=lib.so"#),
  (#"CREATE AGGREGATE FUNCTION f RETURNS INTEGER SONAME 'lib.so'"#, #"create function file=lib.so"#),
  (#"CREATE PROCEDURE p() SELECT 1"#, #"create procedure | select"#),
  (
    #"CREATE PROCEDURE p(IN a INT, OUT b VARCHAR(10), INOUT c INT) COMMENT 'x' DETERMINISTIC READS SQL DATA SQL SECURITY INVOKER SELECT a INTO b"#,
    #"create procedure | select"#
  ),
  (
    #"CREATE DEFINER=CURRENT_USER PROCEDURE p(a INT) BEGIN DECLARE x INT DEFAULT 0; DECLARE c CURSOR FOR SELECT a FROM t; DECLARE CONTINUE HANDLER FOR NOT FOUND SET x = 1; OPEN c; l: LOOP FETCH c INTO x; IF x = 1 THEN LEAVE l; END IF; END LOOP; CLOSE c; END"#,
    #"create procedure table=t | select table=t reads=t | set"#
  ),
  (
    #"CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION, SQLSTATE '23000' BEGIN ROLLBACK; RESIGNAL; END; START TRANSACTION; UPDATE t SET a = 1 WHERE id = 2; COMMIT; END"#,
    #"create procedure table=t | rollback | resignal | start | update table=t writes=t where | commit"#
  ),
  (
    #"CREATE PROCEDURE p() BEGIN DECLARE i INT DEFAULT 1; WHILE i < 5 DO INSERT INTO t VALUES (i); SET i = i + 1; END WHILE; REPEAT SET i = i - 1; UNTIL i = 0 END REPEAT; CASE i WHEN 0 THEN DELETE FROM t WHERE a = 1; ELSE BEGIN END; END CASE; END"#,
    #"create procedure table=t | insert table=t writes=t | set | set | delete table=t writes=t where"#
  ),
  (
    #"CREATE PROCEDURE p() lab: BEGIN IF (SELECT count(*) FROM t) > 0 THEN LEAVE lab; ELSEIF 1 THEN SELECT 1; ELSE SELECT 2; END IF; END lab"#,
    #"create procedure table=t | select table=t reads=t function=count | select | select"#
  ),
  (#"CREATE FUNCTION f(a INT) RETURNS INT DETERMINISTIC RETURN a + 1"#, #"create function"#),
  (
    #"CREATE FUNCTION f(a VARCHAR(10)) RETURNS VARCHAR(20) CHARSET utf8mb4 NO SQL BEGIN DECLARE r VARCHAR(20); SELECT b INTO r FROM t WHERE c = a; RETURN r; END"#,
    #"create function table=t | select table=t reads=t where"#
  ),
  (
    #"CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = UPPER(NEW.a)"#,
    #"create trigger table=t | set function=upper"#
  ),
  (
    #"CREATE TRIGGER g AFTER UPDATE ON s.t FOR EACH ROW BEGIN IF OLD.a <> NEW.a THEN INSERT INTO log (a) VALUES (NEW.a); END IF; END"#,
    #"create trigger table=s.t,log | insert table=log writes=log"#
  ),
  (
    #"CREATE TRIGGER g AFTER DELETE ON t FOR EACH ROW FOLLOWS h DELETE FROM u WHERE u.id = OLD.id"#,
    #"create trigger table=t,u | delete table=u writes=u where"#
  ),
  (
    #"CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS CURRENT_TIMESTAMP + INTERVAL 1 HOUR ON COMPLETION PRESERVE ENABLE COMMENT 'x' DO DELETE FROM t WHERE created < NOW() - INTERVAL 7 DAY"#,
    #"create event table=t function=current_timestamp | delete table=t writes=t function=now where"#
  ),
  (
    #"CREATE EVENT IF NOT EXISTS e ON SCHEDULE AT '2030-01-01 00:00:00' DO BEGIN DELETE FROM t WHERE a = 1; END"#,
    #"create event table=t | delete table=t writes=t where"#
  ),
  (#"ALTER EVENT e DISABLE"#, #"alter event"#),
  (#"ALTER EVENT e ON SCHEDULE EVERY 2 HOUR DO CALL p()"#, #"alter event | call function=p"#),
  (
    #"ALTER TABLE t ADD COLUMN a INT NOT NULL DEFAULT 0 AFTER b, DROP COLUMN c, MODIFY d VARCHAR(20), CHANGE e f INT FIRST, ADD INDEX i (a), ALGORITHM=INPLACE, LOCK=NONE"#,
    #"alter table table=t"#
  ),
  (#"ALTER TABLE t RENAME TO u"#, #"alter table table=t,u"#),
  (#"ALTER TABLE t RENAME COLUMN a TO b, RENAME INDEX i TO j"#, #"alter table table=t"#),
  (#"ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES u (id) ON UPDATE SET NULL"#, #"alter table table=t,u"#),
  (#"ALTER TABLE t ENGINE=InnoDB"#, #"alter table table=t"#),
  (#"ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"#, #"alter table table=t"#),
  (#"ALTER TABLE t DROP PARTITION p0"#, #"alter table table=t"#),
  (#"ALTER TABLE t TRUNCATE PARTITION p0"#, #"alter table table=t"#),
  (#"ALTER TABLE t EXCHANGE PARTITION p0 WITH TABLE u"#, #"alter table table=t,u"#),
  (#"ALTER TABLE t DISCARD TABLESPACE"#, #"alter table table=t"#),
  (#"ALTER TABLE t ALTER COLUMN a SET DEFAULT 5, DROP PRIMARY KEY, DROP FOREIGN KEY k"#, #"alter table table=t"#),
  (#"ALTER TABLE t AUTO_INCREMENT = 1"#, #"alter table table=t"#),
  (#"ALTER TABLE t ORDER BY a"#, #"alter table table=t"#),
  (#"ALTER DATABASE s CHARACTER SET utf8"#, #"alter database"#),
  (#"ALTER USER 'u'@'h' IDENTIFIED BY 'x'"#, #"alter user"#),
  (#"ALTER VIEW v AS SELECT 1"#, #"alter view table=v"#),
  (#"ALTER PROCEDURE p COMMENT 'x'"#, #"alter procedure"#),
  (#"DROP TABLE t"#, #"drop table table=t"#),
  (#"DROP TABLE IF EXISTS s.t, u CASCADE"#, #"drop table table=s.t,u"#),
  (#"DROP TEMPORARY TABLE t"#, #"drop temporary-table table=t"#),
  (#"DROP TABLES t"#, #"drop table table=t"#),
  (#"DROP VIEW IF EXISTS v, w"#, #"drop view table=v,w"#),
  (#"DROP INDEX i ON t"#, #"drop index table=t"#),
  (#"DROP INDEX `PRIMARY` ON t"#, #"drop index table=t"#),
  (#"DROP DATABASE s"#, #"drop database"#),
  (#"DROP SCHEMA IF EXISTS s"#, #"drop database"#),
  (#"DROP USER 'u'@'h', v"#, #"drop user"#),
  (#"DROP ROLE r"#, #"drop role"#),
  (#"DROP TRIGGER IF EXISTS s.g"#, #"drop trigger"#),
  (#"DROP PROCEDURE p"#, #"drop procedure"#),
  (#"DROP FUNCTION IF EXISTS f"#, #"drop function"#),
  (#"DROP EVENT e"#, #"drop event"#),
  (#"DROP SERVER x"#, #"drop server"#),
  (#"DROP SEQUENCE q"#, #"drop sequence"#),
  (#"RENAME TABLE t TO u, v TO s.w"#, #"rename table table=t,u,v,s.w"#),
  (#"RENAME USER 'u'@'h' TO 'v'@'h'"#, #"rename user"#),
  (#"CREATE TABLE x (`key` VARCHAR(10), value TEXT, date DATE, PRIMARY KEY (`key`(5)))"#, #"create table table=x"#),
  (#"DROP/**/TABLE x"#, #"drop table table=x"#),
  (#"DROP TABLE `x`"#, #"drop table table=x"#),
  (#"DROP TABLE "x""#, #"drop table table=x"#),
  (#"CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM t"#, #"create event table=t | delete table=t writes=t"#),
  (#"ALTER INSTANCE ROTATE INNODB MASTER KEY"#, #"alter instance"#),
  (#"CREATE TABLESPACE ts ADD DATAFILE '/tmp/x.ibd' ENGINE=InnoDB"#, #"create tablespace file=/tmp/x.ibd"#),
  (#"CREATE UNDO TABLESPACE u ADD DATAFILE 'u.ibu'"#, #"create tablespace file=u.ibu"#),
  (#"CREATE RESOURCE GROUP rg TYPE = USER VCPU = 0-1"#, #"create"#),
  (#"CREATE SPATIAL REFERENCE SYSTEM 4120 NAME 'x' DEFINITION 'y'"#, #"create spatial-reference-system"#),
  (
    #"CREATE TABLE t (a INT INVISIBLE, b INT CHECK (b > 0) NOT ENFORCED, c BINARY(16) DEFAULT (uuid_to_bin(uuid())))"#,
    #"create table table=t function=uuid_to_bin,uuid"#
  ),
  (#"ALTER TABLE t ALTER INDEX i INVISIBLE, ADD COLUMN g INT AS (a + 1) VIRTUAL"#, #"alter table table=t"#),
  (#"CREATE USER 'u'@'%' IDENTIFIED WITH caching_sha2_password BY 'x' DEFAULT ROLE r"#, #"create user"#),
  (#"ALTER USER u ACCOUNT LOCK"#, #"alter user"#),
  (#"ALTER TABLE orders ORDER BY (SELECT 1)"#, #"alter table table=orders"#),
]
