#if HPOL_PEERS
  import Glibc
  import JSONText

  /// A report of a comparison, in `bench/results`: JSON that begins with the machine it was made on.
  enum MachineReport {
    /// Writes `NAME.json`, for whoever is in the project's folder.
    static func write(_ name: String, libraries: String, _ body: (inout JSONWriter) -> Void) {
      var writer = JSONWriter()
      writer.object { writer in
        writer.key("machine")
        writer.object { writer in
          writer.key("processor")
          writer.string(line("/proc/cpuinfo", "model name"))
          writer.key("cores")
          writer.integer(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
          writer.key("memory")
          writer.string(line("/proc/meminfo", "MemTotal"))
          writer.key("libraries")
          writer.string(libraries)
        }
        body(&writer)
      }
      let path = "bench/results/\(name).json"
      mkdir("bench", 0o755)
      mkdir("bench/results", 0o755)
      guard let file = fopen(path, "w") else { return print("cannot write \(path)") }
      fwrite(writer.bytes, 1, writer.bytes.count, file)
      fputs("\n", file)
      fclose(file)
      print("\nreport: \(path)")
    }

    /// What stands behind `name` in a file of the kernel's.
    private static func line(_ path: String, _ name: String) -> String {
      guard let file = fopen(path, "r") else { return "unknown" }
      defer { fclose(file) }
      var buffer = [CChar](repeating: 0, count: 4096)
      while fgets(&buffer, Int32(buffer.count), file) != nil {
        let text = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard text.hasPrefix(name), let colon = text.firstIndex(of: ":") else { continue }
        return text[text.index(after: colon)...].split(whereSeparator: \.isWhitespace).joined(separator: " ")
      }
      return "unknown"
    }
  }
#endif
