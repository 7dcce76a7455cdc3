import Operations
import PolicyBytecode
import Testing

@Suite struct TextDetectorTests {
  @Test func theFactHoldsTheNamesThatWereAskedFor() {
    var context = DecodeContext(
      demand: FactDemand(
        facts: FactSet([.textDetector]),
        detectors: [DetectorDefinition(name: "email"), DetectorDefinition(name: "us_ssn")]))
    context.decode(.postgres, Array("SELECT 'ana@example.com'; SELECT 1".utf8))
    #expect(context.batch.count == 2 && context.batch.commonEnd == 1)
    #expect(context.batch.facts.text(context.batch.facts.entries[0]) == "email")
    var without = DecodeContext(demand: FactDemand(facts: FactSet([.command])))
    without.decode(.postgres, Array("SELECT 'ana@example.com'".utf8))
    #expect(without.batch.commonEnd == 0)
  }
}
