import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LoadStatements } from '../../../src/changes/load-statements.ts'

const DUMP = `/*M!999999\\- enable the sandbox mode */
/*!40101 SET NAMES utf8mb4 */;
SET autocommit=0;
DROP TABLE IF EXISTS \`a b\`;
CREATE TABLE \`a b\` (x text COLLATE utf8mb4_uca1400_ai_ci);
LOCK TABLES \`a b\` WRITE;
/*!40000 ALTER TABLE \`a b\` DISABLE KEYS */;
INSERT INTO \`a b\` VALUES ('utf8mb4_uca1400_ai_ci; DEFINER=\`x\`@\`y\`'),('ä😀');
/*!40000 ALTER TABLE \`a b\` ENABLE KEYS */;
UNLOCK TABLES;
ALTER TABLE \`a b\` ADD KEY later (x(10));
DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=\`root\`@\`localhost\`*/ /*!50003 TRIGGER t BEFORE INSERT ON \`a b\` FOR EACH ROW BEGIN SET NEW.x = ';'; END */;;
DELIMITER ;
DROP VIEW IF EXISTS v;
COMMIT;
`

test('a dump becomes statements by what loading does with them, to the byte, however it is cut', () => {
  const bytes = Buffer.from(DUMP)
  for (const size of [1, 7, 64, bytes.length]) {
    const reader = new LoadStatements({ utf8mb4_uca1400_ai_ci: 'utf8mb4_unicode_ci' })
    const found = []
    for (let at = 0; at < bytes.length; at += size) found.push(...reader.push(bytes.subarray(at, at + size)))
    found.push(...reader.end())
    const told = found
      .filter(({ kind }) => kind !== 'passed-over')
      .map(({ kind, table, text }) => [kind, table, Buffer.from(text, 'latin1').toString()])
    assert.deepEqual(told, [
      ['setting', null, '/*!40101 SET NAMES utf8mb4 */'],
      ['definition', 'a b', 'DROP TABLE IF EXISTS `a b`'],
      ['definition', 'a b', 'CREATE TABLE `a b` (x text COLLATE utf8mb4_unicode_ci)'],
      ['around-rows', 'a b', '/*!40000 ALTER TABLE `a b` DISABLE KEYS */'],
      ['rows', 'a b', "INSERT INTO `a b` VALUES ('utf8mb4_uca1400_ai_ci; DEFINER=`x`@`y`'),('ä😀')"],
      ['around-rows', 'a b', '/*!40000 ALTER TABLE `a b` ENABLE KEYS */'],
      ['alteration', 'a b', 'ALTER TABLE `a b` ADD KEY later (x(10))'],
      ['late', 't', told[7]?.[2]],
      ['late', 'v', 'DROP VIEW IF EXISTS v'],
    ])
    assert.match(told[7]?.[2] ?? '', /^\/\*!50003 CREATE\*\/ .*TRIGGER t .*SET NEW\.x = ';'; END \*\/$/)
    assert.doesNotMatch(told[7]?.[2] ?? '', /DEFINER/)
  }
})
