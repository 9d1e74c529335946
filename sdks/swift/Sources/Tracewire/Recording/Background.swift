import Foundation

extension Client {
  /// Delivers what is pending when the program goes to the background, for as long as the system lets it.
  ///
  /// On iOS, tvOS, watchOS and visionOS the system is asked for time (`performExpiringActivity`); what could not be delivered in it waits in the
  /// journal, and the next start delivers it. Call it where the scene goes to the background:
  ///
  /// ```swift
  /// .onChange(of: scenePhase) { _, phase in
  ///   if phase == .background { Tracewire.flushInBackground() }
  /// }
  /// ```
  ///
  /// - Parameter timeout: the longest that it may take.
  /// - Returns: the work, for whoever wants to wait for it. It throws nothing, in strict mode either.
  @discardableResult
  public func flushInBackground(timeout: Duration = .seconds(20)) -> Task<FlushReport, Never> {
    let work = Task.detached(priority: .utility) { [self] in counted(await openedAlready?.flush(timeout: timeout)) }
    #if os(iOS) || os(tvOS) || os(watchOS) || os(visionOS)
      ProcessInfo.processInfo.performExpiringActivity(withReason: "tracewire.flush") { isExpired in
        if isExpired { return work.cancel() }
        // The activity lasts as long as this block.
        let done = DispatchSemaphore(value: 0)
        Task.detached {
          _ = await work.value
          done.signal()
        }
        done.wait()
      }
    #endif
    return work
  }
}

extension Tracewire {
  /// Delivers what is pending when the program goes to the background; see `Client.flushInBackground`.
  @discardableResult
  public static func flushInBackground(timeout: Duration = .seconds(20)) -> Task<FlushReport, Never> {
    client.flushInBackground(timeout: timeout)
  }
}
