// State of the stand-in driver: devices, contexts, streams, and how it was told to behave.
#pragma once
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "machine.h"

#define EXPORT extern "C" __attribute__((visibility("default")))
/// The stand-in's own entries run one at a time.
#define ALONE std::lock_guard<std::recursive_mutex> lock(standin::state().mutex)
/// The driver's do too, and fail where they were told to.
#define LOCK \
    ALONE; \
    if (const standin::Result told = standin::told(__func__)) return told

namespace standin {
using ptx::u32;
using ptx::u64;
using Result = int;

enum : Result {
    SUCCESS = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NOT_INITIALIZED = 3, NO_DEVICE = 100, INVALID_DEVICE = 101,
    INVALID_CONTEXT = 201, PEER_ACCESS_UNSUPPORTED = 217, INVALID_PTX = 218, UNSUPPORTED_PTX_VERSION = 222, INVALID_HANDLE = 400,
    DEVICE_UNAVAILABLE = 46, NOT_FOUND = 500, NOT_READY = 600, ILLEGAL_ADDRESS = 700, LAUNCH_OUT_OF_RESOURCES = 701, PEER_ACCESS_ALREADY_ENABLED = 704,
    HOST_MEMORY_ALREADY_REGISTERED = 712, HOST_MEMORY_NOT_REGISTERED = 713, MISALIGNED_ADDRESS = 716, LAUNCH_FAILED = 719,
    HARDWARE_FAILURE = 214, NOT_SUPPORTED = 801, STREAM_CAPTURE_UNSUPPORTED = 900, STREAM_CAPTURE_INVALIDATED = 901, UNKNOWN = 999
};

enum class Order { LAZY, EAGER, RANDOM };

struct Settings {
    int devices = 1, capability = 86, driver = 12040, threads = 2;
    u64 memory = 1ull << 30, seed = 1;
    bool peer = true, races = true;
    Order order = Order::LAZY;
    u64 failAllocation = 0, failLaunch = 0;  // the n-th from now on, counted from 1; 0: none
    Result failLaunchWith = LAUNCH_FAILED;
    std::string failCall;  // an entry by name; its failCallAt-th call from now on fails
    u64 failCallAt = 1;
    Result failCallWith = UNKNOWN;
    u64 loseAtLaunch = 0;  // the n-th launch from now on finds its device gone, for good
};

struct Device;
struct Context;
struct Stream;

/// Work of a stream or a node of a graph.
using Work = std::function<Result()>;

struct Graph {
    std::vector<Work> nodes;
};
struct Executable {
    std::vector<Work> nodes;
};

struct Event {
    Stream* stream = nullptr;
    u64 position = 0;  // how much work of the stream lies before it
    bool recorded = false, fired = false;
    Graph* capture = nullptr;
    Context* context = nullptr;
    std::chrono::steady_clock::time_point time;
};

struct Stream {
    Context* context;
    bool blocking;  // towards the default stream
    std::deque<Work> queue;
    u64 done = 0;    // works that left the queue
    bool running = false;
    Graph* capture = nullptr;
    bool origin = false;  // of the capture
    u64 end() const { return done + queue.size(); }
};

struct Context {
    Device* device;
    int references = 0;
    Result sticky = SUCCESS;  // a fault ends a context
    std::set<Context*> peers;
    std::set<Stream*> streams;
};

struct Device {
    int id;
    u64 used = 0, peak = 0, base = 0, next = 0;
    std::map<u64, std::unique_ptr<ptx::Allocation>> allocations;
    Context context;
    std::set<u64> waiting;  // numbers of launches that have not run
    bool lost = false;  // as one that fell off the bus: nothing brings it back
};

struct Module;
struct Function {
    Module* module;
    std::shared_ptr<ptx::Kernel> kernel;
    u32 mostDynamicShared = 48 * 1024;
};
struct Module {
    Context* context;
    ptx::Module parsed;
    std::map<std::string, std::unique_ptr<Function>> functions;
};

struct KernelStatistics {
    u64 launches = 0;
    ptx::Counters counters;
    ptx::Traffic reads, writes;
};

struct Copied {
    u64 hostToDevice = 0, deviceToHost = 0, deviceToDevice = 0, peer = 0;
};

struct State {
    std::recursive_mutex mutex;
    Settings settings;
    bool initialized = false;
    std::vector<std::unique_ptr<Device>> devices;
    std::map<u64, std::unique_ptr<ptx::Allocation>> pinned;
    std::map<void*, Context*> hostAllocated;
    std::set<Event*> events;
    std::set<Module*> modules;
    std::set<Graph*> graphs;
    std::set<Executable*> executables;
    std::mt19937_64 random;
    u64 enqueued = 0;  // launches that were put on streams
    // Figures since the last reset.
    u64 allocations = 0, launches = 0, graphLaunches = 0, calls = 0;
    u64 launchesAhead = 0;  // that ran while another device still had an earlier one to run
    u32 launchNumber = 0;
    Copied copied;
    std::map<std::string, KernelStatistics> kernels;
    std::vector<std::string> faults;

    void clearFigures();
};

State& state();
Context*& current();
Device* ownerOf(u64 address);
ptx::Allocation* around(u64 address, u64 bytes);  // on a device
bool isPinned(const void* address, u64 bytes);
/// Frees everything of a device: memory, streams, events, modules, pinned memory.
void takeBack(Device& device);
/// What an entry was told to return in place of working.
Result told(const std::string& entry);
void fault(const std::string& text);
constexpr u64 DEVICE_WINDOW = 64ull << 30;

/// Puts work on a stream (null: the default one, which waits for all blocking streams and works at once).
Result enqueue(Stream* stream, Work work);
/// Works off a stream up to a position.
Result drain(Stream* stream, u64 position);
Result drainAll(Context* context);
bool valid(Stream* stream);
}  // namespace standin
