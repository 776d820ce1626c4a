// Threads that run the blocks of a launch, each with memory of its own that it keeps from launch to launch.
#pragma once
#include <functional>

#include "machine.h"

namespace ptx {
class Crew {
public:
    using Work = std::function<void(Block&)>;
    virtual ~Crew() = default;
    /// Runs `work` on the calling thread and on up to `threads` - 1 others, and waits for all that began. One that comes when
    /// the calling thread is done does not begin.
    virtual void run(int threads, const Work& work) = 0;
};

/// That of the process; one launch runs at a time.
Crew& crew();
}  // namespace ptx
