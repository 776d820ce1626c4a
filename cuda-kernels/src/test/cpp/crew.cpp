#include "crew.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace ptx {
namespace {
class Threads : public Crew {
public:
    void run(int threads, const Work& work) override {
        if (threads > 1) {
            std::lock_guard<std::mutex> lock(mutex);
            while (started < threads - 1) {
                started++;
                std::thread([this] { serve(); }).detach();
            }
            current = &work;
            room = threads - 1;
            wake.notify_all();
        }
        work(own);
        if (threads > 1) {
            std::unique_lock<std::mutex> lock(mutex);
            room = 0;
            left.wait(lock, [this] { return working == 0; });
            current = nullptr;
        }
    }

private:
    void serve() {
        Block block;
        std::unique_lock<std::mutex> lock(mutex);
        for (;;) {
            wake.wait(lock, [this] { return room > 0; });
            room--;
            working++;
            const Work& work = *current;
            lock.unlock();
            work(block);
            lock.lock();
            if (--working == 0) left.notify_one();
        }
    }

    Block own;
    std::mutex mutex;
    std::condition_variable wake, left;
    const Work* current = nullptr;
    int started = 0, room = 0, working = 0;
};
}  // namespace

// Never destroyed: its threads sleep in it when the process ends.
Crew& crew() {
    static Crew& all = *new Threads;
    return all;
}
}  // namespace ptx
