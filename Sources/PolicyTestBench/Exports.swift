/// Whoever imports the bench has the engine that it runs.
@_exported import PolicyEngine
