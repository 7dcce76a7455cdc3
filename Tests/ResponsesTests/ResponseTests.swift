import JSONText
import Responses
import Testing

@Test func responsesAreValues() {
  #expect(Response.text([1]) != Response.json(.null))
}
