#pragma once
// A thread that lives as long as the process. PR_SET_PDEATHSIG acts when the thread ends that started a child, so workers
// are started from this one.

#include <functional>

namespace fm {

/// Runs `work` on that thread and waits until it is done. `work` must not throw.
void run_on_lasting_thread(const std::function<void()>& work);

}  // namespace fm
