/// Queries. What is made of them: one part an operation, its verb and object and the facts that it has.
let mysqlQueryCases: [(sql: String, facts: String)] = [
  (#"SELECT 1"#, #"select"#),
  (#"SELECT 1 FROM dual"#, #"select"#),
  (#"SELECT * FROM orders"#, #"select table=orders reads=orders"#),
  (#"SELECT o.* FROM orders o"#, #"select table=orders reads=orders"#),
  (#"SELECT shop.o.* FROM shop.o"#, #"select table=shop.o reads=shop.o"#),
  (#"SELECT a, b AS c, d e, f 'g', h "i" FROM t"#, #"select table=t reads=t"#),
  (#"SELECT count(*) FROM orders WHERE state = 'open'"#, #"select table=orders reads=orders function=count where"#),
  (#"SELECT DISTINCT a FROM t ORDER BY a DESC LIMIT 10, 20"#, #"select table=t reads=t limit=20"#),
  (#"SELECT SQL_CALC_FOUND_ROWS * FROM t LIMIT 5 OFFSET 10"#, #"select table=t reads=t limit=5"#),
  (
    #"SELECT a FROM t1 JOIN t2 ON t1.id = t2.id LEFT JOIN t3 USING (id) WHERE t1.x > 5 AND t2.y IS NOT NULL"#,
    #"select table=t1,t2,t3 reads=t1,t2,t3 where joins=2"#
  ),
  (#"SELECT a FROM t1, t2, t3 WHERE t1.id = t2.id"#, #"select table=t1,t2,t3 reads=t1,t2,t3 where joins=2"#),
  (#"SELECT a FROM t1 NATURAL JOIN t2"#, #"select table=t1,t2 reads=t1,t2 joins=1"#),
  (#"SELECT a FROM t1 NATURAL LEFT OUTER JOIN t2"#, #"select table=t1,t2 reads=t1,t2 joins=1"#),
  (#"SELECT a FROM t1 STRAIGHT_JOIN t2 ON t1.a = t2.a"#, #"select table=t1,t2 reads=t1,t2 joins=1"#),
  (
    #"SELECT a FROM (t1 JOIN t2 ON t1.a=t2.a) LEFT JOIN (t3, t4) ON t1.a = t3.a"#,
    #"select table=t1,t2,t3,t4 reads=t1,t2,t3,t4 joins=3"#
  ),
  (
    #"SELECT a FROM t1 LEFT JOIN t2 JOIN t3 ON t2.a=t3.a ON t1.a=t2.a"#,
    #"select table=t1,t2,t3 reads=t1,t2,t3 joins=2"#
  ),
  (#"SELECT a FROM t USE INDEX (i) WHERE b = 1"#, #"select table=t reads=t where"#),
  (
    #"SELECT a FROM t FORCE INDEX FOR ORDER BY (i, PRIMARY) IGNORE INDEX (j) WHERE b = 1"#,
    #"select table=t reads=t where"#
  ),
  (#"SELECT a FROM t PARTITION (p0, p1) AS x WHERE b = 1"#, #"select table=t reads=t where"#),
  (#"SELECT a FROM (SELECT b AS a FROM u) x"#, #"select table=u reads=u"#),
  (#"SELECT a FROM ((SELECT b AS a FROM u) UNION (SELECT 2)) x"#, #"select table=u reads=u"#),
  (#"SELECT a FROM ((SELECT b AS a FROM u) x JOIN t ON 1)"#, #"select table=u,t reads=u,t joins=1"#),
  (#"SELECT (SELECT max(a) FROM t) + 1"#, #"select table=t reads=t function=max"#),
  (#"SELECT ((SELECT 1) + 1)"#, #"select"#),
  (#"SELECT ((SELECT 1) UNION (SELECT 2))"#, #"select"#),
  (#"SELECT * FROM t WHERE (a, b) IN (SELECT c, d FROM u)"#, #"select table=t,u reads=t,u where"#),
  (#"SELECT * FROM t WHERE (a, b) = (1, 2)"#, #"select table=t reads=t where"#),
  (
    #"SELECT * FROM t WHERE a NOT IN (1, 2, 3) AND b NOT LIKE 'x%' AND c NOT BETWEEN 1 AND 5"#,
    #"select table=t reads=t where"#
  ),
  (#"SELECT * FROM t WHERE a REGEXP '^x' OR b RLIKE 'y' OR c NOT REGEXP 'z'"#, #"select table=t reads=t where"#),
  (#"SELECT * FROM t WHERE a LIKE 'x!%' ESCAPE '!'"#, #"select table=t reads=t where"#),
  (#"SELECT * FROM t WHERE a <=> NULL"#, #"select table=t reads=t where"#),
  (#"SELECT * FROM t WHERE a SOUNDS LIKE 'bob'"#, #"select table=t reads=t where"#),
  (
    #"SELECT * FROM t WHERE a = ANY (SELECT b FROM u) OR a > ALL (SELECT b FROM u)"#,
    #"select table=t,u reads=t,u where"#
  ),
  (#"SELECT * FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.a = t.a)"#, #"select table=t,u reads=t,u where"#),
  (#"SELECT * FROM t WHERE NOT EXISTS (SELECT 1 FROM u)"#, #"select table=t,u reads=t,u where constant"#),
  (#"SELECT * FROM t WHERE MATCH (a, b) AGAINST ('x y' IN BOOLEAN MODE)"#, #"select table=t reads=t where"#),
  (
    #"SELECT * FROM t WHERE MATCH (a) AGAINST ('x' IN NATURAL LANGUAGE MODE WITH QUERY EXPANSION)"#,
    #"select table=t reads=t where"#
  ),
  (#"SELECT * FROM t WHERE a COLLATE utf8mb4_bin = 'x'"#, #"select table=t reads=t where"#),
  (#"SELECT * FROM t WHERE BINARY a = 'x'"#, #"select table=t reads=t where"#),
  (#"SELECT * FROM t WHERE created > NOW() - INTERVAL 1 DAY"#, #"select table=t reads=t function=now where"#),
  (
    #"SELECT * FROM t WHERE created > DATE_SUB(NOW(), INTERVAL '1:30' HOUR_MINUTE)"#,
    #"select table=t reads=t function=date_sub,now where"#
  ),
  (#"SELECT DATE_ADD(a, INTERVAL b + 1 DAY) FROM t"#, #"select table=t reads=t function=date_add"#),
  (#"SELECT INTERVAL(3, 1, 2)"#, #"select function=interval"#),
  (#"SELECT CASE a WHEN 1 THEN 'x' WHEN 2 THEN 'y' ELSE 'z' END FROM t"#, #"select table=t reads=t"#),
  (#"SELECT CASE WHEN a > 1 THEN b END AS c FROM t"#, #"select table=t reads=t"#),
  (
    #"SELECT IF(a, b, c), IFNULL(a, 0), NULLIF(a, 1), COALESCE(a, b, 1) FROM t"#,
    #"select table=t reads=t function=if,ifnull,nullif,coalesce"#
  ),
  (
    #"SELECT CAST(a AS UNSIGNED), CAST(b AS CHAR(10) CHARACTER SET utf8mb4), CAST(c AS DECIMAL(10,2)), CONVERT(d, SIGNED), CONVERT(e USING utf8mb4) FROM t"#,
    #"select table=t reads=t function=cast,convert"#
  ),
  (
    #"SELECT GROUP_CONCAT(DISTINCT a ORDER BY b DESC SEPARATOR '; ') FROM t GROUP BY c HAVING count(*) > 1"#,
    #"select table=t reads=t function=group_concat,count"#
  ),
  (#"SELECT COUNT(DISTINCT a, b) FROM t"#, #"select table=t reads=t function=count"#),
  (#"SELECT a, SUM(b) FROM t GROUP BY a WITH ROLLUP"#, #"select table=t reads=t function=sum"#),
  (#"SELECT TRIM(BOTH 'x' FROM a), TRIM(a), TRIM(LEADING FROM a) FROM t"#, #"select table=t reads=t function=trim"#),
  (
    #"SELECT SUBSTRING(a, 1, 2), SUBSTRING(a FROM 1 FOR 2), SUBSTR(a FROM 2), MID(a, 1, 1) FROM t"#,
    #"select table=t reads=t function=substring,substr,mid"#
  ),
  (
    #"SELECT POSITION('x' IN a), LOCATE('x', a), EXTRACT(YEAR_MONTH FROM b) FROM t"#,
    #"select table=t reads=t function=position,locate,extract"#
  ),
  (
    #"SELECT TIMESTAMPDIFF(MINUTE, a, b), TIMESTAMPADD(DAY, 1, a) FROM t"#,
    #"select table=t reads=t function=timestampdiff,timestampadd"#
  ),
  (#"SELECT GET_FORMAT(DATE, 'USA')"#, #"select function=get_format"#),
  (
    #"SELECT CHAR(77, 121 USING utf8mb4), WEIGHT_STRING(a AS CHAR(3)) FROM t"#,
    #"select table=t reads=t function=char,weight_string"#
  ),
  (
    #"SELECT CURRENT_TIMESTAMP, CURRENT_TIMESTAMP(6), CURRENT_USER, CURRENT_USER(), UTC_DATE, LOCALTIME(), NOW(3)"#,
    #"select function=current_timestamp,current_user,utc_date,localtime,now"#
  ),
  (
    #"SELECT LEFT(a, 1), RIGHT(a, 2), REPLACE(a, 'x', 'y'), REPEAT('x', 3), INSERT('abc', 1, 1, 'x'), MOD(5, 2), 5 MOD 2, 7 DIV 2"#,
    #"select function=left,right,replace,repeat,insert,mod"#
  ),
  (
    #"SELECT DATABASE(), SCHEMA(), USER(), VERSION(), CONNECTION_ID(), LAST_INSERT_ID(), FOUND_ROWS()"#,
    #"select function=database,schema,user,version,connection_id,last_insert_id,found_rows"#
  ),
  (
    #"SELECT DATE '2020-01-01', TIME '10:00:00', TIMESTAMP '2020-01-01 00:00:00', {d '2020-01-01'}, {ts '2020-01-01 00:00:00'}"#,
    #"select"#
  ),
  (#"SELECT 'a' 'b' "c", _utf8mb4'x', N'y', x'4142', 0x4142, b'01', 0b01, _binary x'41', _latin1 0x41"#, #"select"#),
  (#"SELECT 'it''s', 'it\'s', "say ""hi""", 'a\\'"#, #"select"#),
  (#"SELECT 1.5, .5, 5., 1e10, 1.5e-3, 1E+5, -1, +1, ~1, !1, - - 1"#, #"select"#),
  (#"SELECT 1 + 2 * 3 / 4 % 5 - 6 ^ 7 | 8 & 9 << 1 >> 2"#, #"select"#),
  (#"SELECT a && b, a || b, a XOR b, NOT a, !a FROM t"#, #"select table=t reads=t"#),
  (
    #"SELECT @a, @a := 1, @`b c`, @'d', @@version, @@global.max_connections, @@session.sql_mode, @@`version`"#,
    #"select"#
  ),
  (#"SELECT a = 1 OR b = 2 AND NOT c = 3 FROM t"#, #"select table=t reads=t"#),
  (#"SELECT a IS TRUE, a IS NOT FALSE, a IS UNKNOWN, a IS NULL, a IS NOT NULL FROM t"#, #"select table=t reads=t"#),
  (#"SELECT ROW(1, 2) = ROW(1, 2), (1, 2) = (1, 2)"#, #"select"#),
  (#"SELECT DEFAULT(a), VALUES(b) FROM t"#, #"select table=t reads=t"#),
  (#"SELECT a FROM t ORDER BY FIELD(id, 3, 1, 2), b IS NULL, c"#, #"select table=t reads=t function=field"#),
  (#"SELECT a FROM t GROUP BY a ORDER BY NULL"#, #"select table=t reads=t"#),
  (#"SELECT a FROM t FOR UPDATE"#, #"select table=t reads=t"#),
  (#"SELECT a FROM t LOCK IN SHARE MODE"#, #"select table=t reads=t"#),
  (#"SELECT a FROM t WHERE id = 1 FOR UPDATE NOWAIT"#, #"select table=t reads=t where"#),
  (#"SELECT a FROM t FOR UPDATE SKIP LOCKED"#, #"select table=t reads=t"#),
  (#"SELECT a INTO @x FROM t LIMIT 1"#, #"select table=t reads=t limit=1"#),
  (#"SELECT a, b FROM t LIMIT 1 INTO @x, @y"#, #"select table=t reads=t limit=1"#),
  (#"SELECT a FROM t INTO OUTFILE '/tmp/x'"#, #"select table=t reads=t file=/tmp/x"#),
  (
    #"SELECT a INTO OUTFILE '/tmp/x' CHARACTER SET utf8 FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY '\\' LINES STARTING BY 'x' TERMINATED BY '\n' FROM t"#,
    #"select table=t reads=t file=/tmp/x"#
  ),
  (#"SELECT a FROM t INTO DUMPFILE '/tmp/x'"#, #"select table=t reads=t file=/tmp/x"#),
  (#"SELECT 1 INTO OUTFILE '/tmp/x'"#, #"select file=/tmp/x"#),
  (#"SELECT 1 UNION SELECT 2 UNION ALL SELECT 3 ORDER BY 1 LIMIT 2"#, #"select limit=2"#),
  (#"(SELECT 1) UNION (SELECT 2) LIMIT 1"#, #"select limit=1"#),
  (
    #"(SELECT a FROM t ORDER BY a LIMIT 5) UNION ALL (SELECT b FROM u LIMIT 3) ORDER BY 1"#,
    #"select table=t,u reads=t,u"#
  ),
  (#"SELECT 1 EXCEPT SELECT 2"#, #"select"#),
  (#"SELECT 1 INTERSECT SELECT 2"#, #"select"#),
  (#"(SELECT 1)"#, #"select"#),
  (#"((SELECT 1))"#, #"select"#),
  (#"VALUES (1, 2), (3, 4)"#, #"select"#),
  (#"WITH c AS (SELECT 1 AS a) SELECT * FROM c"#, #"select"#),
  (#"WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5) SELECT * FROM c"#, #"select"#),
  (
    #"WITH a AS (SELECT * FROM t), b AS (SELECT * FROM a) SELECT * FROM b JOIN u ON b.id = u.id"#,
    #"select table=t,u reads=t,u joins=1"#
  ),
  (
    #"SELECT ROW_NUMBER() OVER (PARTITION BY a ORDER BY b DESC), RANK() OVER w, SUM(a) OVER (ORDER BY b ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM t WINDOW w AS (ORDER BY a)"#,
    #"select table=t reads=t function=row_number,rank,sum"#
  ),
  (
    #"SELECT LAG(a, 1) OVER (ORDER BY b), FIRST_VALUE(a) OVER (ORDER BY b RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM t"#,
    #"select table=t reads=t function=lag,first_value"#
  ),
  (#"SELECT * FROM JSON_TABLE('[1,2]', '$[*]' COLUMNS (a INT PATH '$')) AS jt"#, #"select function=json_table"#),
  (
    #"SELECT jt.a FROM t, JSON_TABLE(t.j, '$.x[*]' COLUMNS (n FOR ORDINALITY, a VARCHAR(10) PATH '$.a' DEFAULT '0' ON EMPTY)) jt"#,
    #"select table=t reads=t function=json_table joins=1"#
  ),
  (
    #"SELECT JSON_EXTRACT(a, '$.b'), JSON_VALUE(a, '$.c') FROM t"#,
    #"select table=t reads=t function=json_extract,json_value"#
  ),
  (#"SELECT `a`.`b`, `select` FROM `t` AS `a` WHERE `a`.`from` = 1"#, #"select table=t reads=t where"#),
  (#"SELECT `a``b` FROM `we``ird`"#, #"select table=we`ird reads=we`ird"#),
  (#"SELECT a FROM t WHERE b = "x""#, #"select table=t reads=t where"#),
  (
    #"SELECT count(*) FROM information_schema.tables WHERE table_schema = DATABASE()"#,
    #"select table=information_schema.tables reads=information_schema.tables function=count,database where"#
  ),
  (#"SELECT /*+ NO_INDEX_MERGE(t) */ a FROM t"#, #"select table=t reads=t"#),
  (#"SELECT /* c */ a /* d */ FROM t -- e"#, #"select table=t reads=t"#),
  (#"SELECT a FROM t # comment"#, #"select table=t reads=t"#),
  (#"SELECT a --b FROM t"#, #"select table=t reads=t"#),
  (#"SELECT 1 /*! + 1 */"#, #"select"#),
  (#"SELECT /*!40001 SQL_NO_CACHE */ * FROM `t`"#, #"select table=t reads=t"#),
  (#"SELECT 1 /*!99999 + syntax error */"#, #"select | select"#),
  (#"SELECT 1 /*M!100100 + 1 */"#, #"select | select"#),
  (#"SELECT 1 /*!50000 /* inner */ + 1 */"#, #"select"#),
  (
    #"SELECT a FROM t FOR SYSTEM_TIME AS OF TIMESTAMP '2020-01-01 00:00:00' WHERE b = 1"#,
    #"select table=t reads=t where"#
  ),
  (#"SELECT NEXT VALUE FOR q"#, #"select"#),
  (#"SELECT NEXTVAL(q)"#, #"select function=nextval"#),
  (#"SELECT a FROM t FETCH FIRST 5 ROWS ONLY"#, #"select table=t reads=t limit=5"#),
  (#"SELECT a FROM t ORDER BY a OFFSET 2 ROWS FETCH NEXT 3 ROWS ONLY"#, #"select table=t reads=t limit=3"#),
  (
    #"SELECT a, b FROM t WHERE c IN (SELECT d FROM (SELECT d FROM u WHERE e = 1) AS x) AND f = (SELECT max(f) FROM t)"#,
    #"select table=t,u reads=t,u function=max where"#
  ),
  (
    #"SELECT u.name, COUNT(o.id) AS n FROM users u LEFT JOIN orders o ON o.user_id = u.id AND o.state <> 'void' GROUP BY u.id HAVING n > 3 ORDER BY n DESC LIMIT 10"#,
    #"select table=users,orders reads=users,orders function=count joins=1 limit=10"#
  ),
  (
    #"SELECT DATE_FORMAT(created, '%Y-%m') AS m, SUM(total) FROM orders WHERE created BETWEEN '2020-01-01' AND '2020-12-31' GROUP BY m"#,
    #"select table=orders reads=orders function=date_format,sum where"#
  ),
  (
    #"SELECT IFNULL(SUM(CASE WHEN state = 'paid' THEN total ELSE 0 END), 0) AS paid FROM orders"#,
    #"select table=orders reads=orders function=ifnull,sum"#
  ),
  (
    #"SELECT a FROM t WHERE b IS NOT NULL AND c = 1 OR d IN ('x', 'y') ORDER BY RAND() LIMIT 1"#,
    #"select table=t reads=t function=rand where limit=1"#
  ),
  (
    #"SELECT UNIX_TIMESTAMP(), FROM_UNIXTIME(1), MD5('x'), SHA2('x', 256), UUID(), CONCAT_WS(',', 'a', 'b')"#,
    #"select function=unix_timestamp,from_unixtime,md5,sha2,uuid,concat_ws"#
  ),
  (
    #"SELECT year, month, day, date, time, type, status, name, value, comment, level, user, role, position, count, data, text, action, begin, offset FROM t"#,
    #"select table=t reads=t"#
  ),
  (#"SELECT t.order_id, t.key_name FROM t WHERE t.group = 1"#, #"select table=t reads=t where"#),
  (#"SELECT /*!80000 1 */ /*!90000 , 2 */ FROM t"#, #"select table=t reads=t | select table=t reads=t | !syntax"#),
  (#"SELECT '# DROP TABLE x'"#, #"select"#),
  (
    #"""
    SELECT 1 -- 
    ; DROP TABLE x
    """#, #"select | drop table table=x"#
  ),
  (#"SELECT 1 --x"#, #"select"#),
  (
    #"""
    SELECT 1 --
    ; DROP TABLE x
    """#, #"select | drop table table=x"#
  ),
  (#"SELECT 1\G"#, #"select"#),
  (#"SELECT LOAD_FILE('/etc/passwd')"#, #"select function=load_file file=/etc/passwd"#),
  (#"SELECT sys_exec('rm -rf /')"#, #"select function=sys_exec program=rm -rf / | shell:rm -rf /"#),
  (
    #"WITH c AS (SELECT id FROM u) DELETE FROM t WHERE id IN (SELECT id FROM c)"#,
    #"delete table=u,t reads=u writes=t where"#
  ),
  (
    #"WITH c AS (SELECT id FROM u) UPDATE t JOIN c USING (id) SET t.a = 1"#,
    #"update table=u,t reads=u writes=t joins=1"#
  ),
  (#"TABLE t ORDER BY a LIMIT 5"#, #"select table=t reads=t limit=5"#),
  (#"VALUES ROW(1,2), ROW(3,4)"#, #"select"#),
  (#"SELECT * FROM t, LATERAL (SELECT * FROM u WHERE u.a = t.a) x"#, #"select table=u,t reads=u,t joins=1"#),
  (#"SELECT 1 MEMBER OF('[1]')"#, #"select"#),
  (#"SELECT a->'$.x', b->>'$.y' FROM t"#, #"select table=t reads=t"#),
  (#"SELECT a FROM t FOR UPDATE OF t SKIP LOCKED"#, #"select table=t reads=t"#),
  (#"SELECT a FROM t FOR SHARE NOWAIT"#, #"select table=t reads=t"#),
  (#"SELECT GROUPING(a), a FROM t GROUP BY a WITH ROLLUP"#, #"select table=t reads=t function=grouping"#),
  (
    #"SELECT * FROM a LEFT JOIN b ON a.id = b.id AND b.x = (SELECT max(x) FROM c) WHERE a.y = 1"#,
    #"select table=c,a,b reads=c,a,b function=max where joins=1"#
  ),
  (
    #"SELECT REGEXP_LIKE('a', 'b'), JSON_OBJECTAGG(a, b), JSON_ARRAYAGG(a) FROM t"#,
    #"select table=t reads=t function=regexp_like,json_objectagg,json_arrayagg"#
  ),
  (
    #"SELECT JSON_VALUE(a, '$.b' RETURNING DECIMAL(4,2) NULL ON EMPTY ERROR ON ERROR) FROM t"#,
    #"select table=t reads=t function=json_value"#
  ),
  (
    #"SELECT CAST(a AS UNSIGNED ARRAY), CAST(a AT TIME ZONE '+00:00' AS DATETIME) FROM t"#,
    #"select table=t reads=t function=cast"#
  ),
  (#"SELECT * FROM orders WHERE id = 1 OR 1 = 1"#, #"select table=orders reads=orders where constant"#),
  (#"SELECT * FROM orders WHERE name = 'x' OR 'a'='a'"#, #"select table=orders reads=orders where constant"#),
  (
    #"SELECT EXTRACTVALUE(1, CONCAT(0x7e, (SELECT password FROM users LIMIT 1)))"#,
    #"select table=users reads=users function=extractvalue,concat"#
  ),
  (#"SELECT BENCHMARK(1000000, MD5('x')), SLEEP(5)"#, #"select function=benchmark,md5,sleep"#),
]
