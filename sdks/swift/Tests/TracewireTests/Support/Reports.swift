import Tracewire

extension FlushReport {
  /// Errors but those that the native half stopped: another test makes it panic, and they are counted for the process.
  var ownErrors: [String: Int] { errors.filter { $0.key != "internal_error" } }
}

/// How long a test waits for what happens at once, unless it hangs.
let longest = Duration.seconds(60)
