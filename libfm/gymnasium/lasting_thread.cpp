#include "libfm/gymnasium/lasting_thread.hpp"

#include <csignal>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace fm {
namespace {

class LastingThread {
 public:
  LastingThread() {
    // Signals stay with the threads that handle them.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread([this] { loop(); }).detach();
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  void run(const std::function<void()>& work) {
    const std::scoped_lock one_caller(callers_);
    std::unique_lock lock(mutex_);
    work_ = &work;
    changed_.notify_all();
    changed_.wait(lock, [&] { return work_ == nullptr; });
  }

 private:
  [[noreturn]] void loop() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return work_ != nullptr; });
      (*work_)();
      work_ = nullptr;
      changed_.notify_all();
    }
  }

  std::mutex callers_, mutex_;
  std::condition_variable changed_;
  const std::function<void()>* work_ = nullptr;
};

}  // namespace

void run_on_lasting_thread(const std::function<void()>& work) {
  static auto* const thread = new LastingThread;  // never destroyed: the thread uses it until the process ends
  thread->run(work);
}

}  // namespace fm
