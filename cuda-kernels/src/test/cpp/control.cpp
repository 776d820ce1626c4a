// What a real driver lacks: orders, and figures as JSON. See StandIn.java.
#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "driver.h"

namespace standin {
void State::clearFigures() {
    allocations = launches = graphLaunches = calls = launchesAhead = 0;
    copied = Copied();
    kernels.clear();
    faults.clear();
    for (auto& d : devices) {
        d->peak = d->used;
        for (auto& a : d->allocations) a.second->reads.clear(), a.second->writes.clear();
    }
    for (auto& a : pinned) a.second->reads.clear(), a.second->writes.clear();
}

namespace {
std::string quoted(const std::string& s) {
    std::string q = "\"";
    for (char c : s) {
        if (c == '"' || c == '\\') q += '\\';
        q += c < ' ' ? ' ' : c;
    }
    return q + "\"";
}

std::string json(const ptx::Traffic& t) {
    std::ostringstream o;
    o << "{\"requests\":" << t.requests << ",\"wideRequests\":" << t.wideRequests << ",\"bytes\":" << t.bytes << ",\"sectors\":" << t.sectors
      << ",\"distinctSectors\":" << t.distinctSectors << "}";
    return o.str();
}

std::string json(const ptx::Counters& c) {
    std::ostringstream o;
    o << "\"warpInstructions\":" << c.warpInstructions << ",\"threadInstructions\":" << c.threadInstructions << ",\"blocks\":" << c.blocks
      << ",\"barriers\":" << c.barriers << ",\"divergences\":" << c.divergences << ",\"sharedRequests\":" << c.sharedRequests
      << ",\"sharedWavefronts\":" << c.sharedWavefronts << ",\"bankConflicts\":" << c.bankConflicts
      << ",\"mmaMultiplyAdds\":" << c.mmaMultiplyAdds << ",\"floatMultiplyAdds\":" << c.floatMultiplyAdds << ",\"byGroup\":{";
    for (int g = 0; g < ptx::GROUPS; g++) o << (g ? "," : "") << "\"" << ptx::GROUP_NAMES[g] << "\":" << c.byGroup[g];
    o << "}";
    return o.str();
}

std::string report() {
    State& s = state();
    std::ostringstream o;
    u64 streams = 0;
    int contexts = 0;
    o << "{\"launches\":" << s.launches << ",\"launchesAhead\":" << s.launchesAhead << ",\"graphLaunches\":" << s.graphLaunches << ",\"allocationCalls\":" << s.allocations
      << ",\"copied\":{\"hostToDevice\":" << s.copied.hostToDevice << ",\"deviceToHost\":" << s.copied.deviceToHost
      << ",\"deviceToDevice\":" << s.copied.deviceToDevice << ",\"peer\":" << s.copied.peer << "},\"kernels\":{";
    const char* comma = "";
    for (auto& k : s.kernels) {
        o << comma << quoted(k.first) << ":{\"launches\":" << k.second.launches << "," << json(k.second.counters)
          << ",\"reads\":" << json(k.second.reads) << ",\"writes\":" << json(k.second.writes) << "}";
        comma = ",";
    }
    o << "},\"devices\":[";
    comma = "";
    for (auto& d : s.devices) {
        streams += d->context.streams.size();
        contexts += d->context.references;
        o << comma << "{\"used\":" << d->used << ",\"peak\":" << d->peak << ",\"allocations\":[";
        const char* inner = "";
        for (auto& a : d->allocations) {
            o << inner << "{\"address\":" << a.first << ",\"size\":" << a.second->size << ",\"reads\":" << json(a.second->reads)
              << ",\"writes\":" << json(a.second->writes) << "}";
            inner = ",";
        }
        o << "]}";
        comma = ",";
    }
    u64 pinned = 0;
    for (auto& a : s.pinned) pinned += a.second->size;
    o << "],\"open\":{\"contexts\":" << contexts << ",\"streams\":" << streams << ",\"events\":" << s.events.size() << ",\"modules\":" << s.modules.size()
      << ",\"graphs\":" << s.graphs.size() + s.executables.size() << ",\"pinnedBytes\":" << pinned << "},\"faults\":[";
    comma = "";
    for (const std::string& f : s.faults) {
        o << comma << quoted(f);
        comma = ",";
    }
    o << "]}";
    return o.str();
}

bool set(Settings& s, const std::string& name, const std::string& value) {
    if (name == "streams") {
        if (value != "lazy" && value != "eager" && value != "random") return false;
        s.order = value == "lazy" ? Order::LAZY : value == "eager" ? Order::EAGER : Order::RANDOM;
        return true;
    }
    if (name == "failCall") {
        s.failCall = value;
        return !value.empty();
    }
    char* end = nullptr;
    const u64 number = strtoull(value.c_str(), &end, 10);
    if (value.empty() || *end) return false;
    if (name == "devices") s.devices = int(number);
    else if (name == "memory") s.memory = number;
    else if (name == "capability") s.capability = int(number);
    else if (name == "driver") s.driver = int(number);
    else if (name == "threads") s.threads = int(number);
    else if (name == "peer") s.peer = number != 0;
    else if (name == "races") s.races = number != 0;
    else if (name == "seed") s.seed = number;
    else if (name == "failAllocation") s.failAllocation = number;
    else if (name == "failLaunch") s.failLaunch = number;
    else if (name == "failLaunchWith") s.failLaunchWith = Result(number);
    else if (name == "failCallAt") s.failCallAt = number;
    else if (name == "failCallWith") s.failCallWith = Result(number);
    else if (name == "loseAtLaunch") s.loseAtLaunch = number;
    else return false;
    return true;
}

bool parse(Settings& s, const char* text) {
    std::istringstream in(text);
    for (std::string word; in >> word;) {
        const size_t equals = word.find('=');
        if (equals == std::string::npos || !set(s, word.substr(0, equals), word.substr(equals + 1))) return false;
    }
    return true;
}

void clearAll() {
    State& s = state();
    for (auto& d : s.devices) {
        for (Stream* stream : d->context.streams) delete stream;
        munmap(reinterpret_cast<void*>(d->base), DEVICE_WINDOW);
    }
    for (auto& p : s.hostAllocated) free(p.first);
    for (Event* e : s.events) delete e;
    for (Module* m : s.modules) delete m;
    for (Graph* g : s.graphs) delete g;
    for (Executable* e : s.executables) delete e;
    s.devices.clear(), s.hostAllocated.clear(), s.pinned.clear(), s.events.clear(), s.modules.clear();
    s.graphs.clear(), s.executables.clear();
    s.initialized = false;
    s.clearFigures();
}

/// The environment speaks first, where a process cannot call.
const bool fromEnvironment = [] {
    const char* e = getenv("JGEMMA_STANDIN");
    return !e || parse(state().settings, e);
}();
}  // namespace
}  // namespace standin

using namespace standin;

/// A driver as new: everything is forgotten, then `settings` ("devices=2 streams=random") hold. 1: not understood.
EXPORT int standin_begin(const char* settings) {
    ALONE;
    clearAll();
    current() = nullptr;
    state().settings = Settings();
    if (!parse(state().settings, settings)) return 1;
    state().random.seed(state().settings.seed);
    return 0;
}

/// Changes settings while it runs, and begins to count anew.
EXPORT int standin_order(const char* settings) {
    ALONE;
    state().clearFigures();
    return parse(state().settings, settings) ? 0 : 1;
}

/// Figures as JSON; valid until the next call.
EXPORT const char* standin_report() {
    ALONE;
    static std::string text;
    text = report();
    return text.c_str();
}

/// Spellings that the machine knows, a line each.
EXPORT const char* standin_spellings() {
    ALONE;
    static std::string text;
    text.clear();
    for (const std::string& n : ptx::spellings().names()) text += n + "\n";
    return text.c_str();
}

extern "C" int standin_unsupported(const char* name) {
    ALONE;
    fault(std::string(name) + " is not implemented by the stand-in driver");
    fprintf(stderr, "%s is not implemented by the stand-in driver\n", name);
    return NOT_SUPPORTED;
}
