// A module of PTX, parsed: what the machine runs and what a launch must know.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace ptx {
using u8 = uint8_t;
using u16 = uint16_t;
using u32 = uint32_t;
using u64 = uint64_t;
using s8 = int8_t;
using s16 = int16_t;
using s32 = int32_t;
using s64 = int64_t;
using f32 = float;

constexpr int WARP = 32;
constexpr u32 ALL_LANES = 0xffffffffu;
constexpr int MOST_OPERANDS = 14;

struct Warp;
struct Instruction;

/// Runs an instruction for the lanes of `mask`.
using Handler = void (*)(Warp&, const Instruction&, u32 mask);

/// How the machine treats an instruction: a collective one waits for all lanes it names.
enum class Kind : u8 { PLAIN, BRANCH, EXIT, BARRIER, COLLECTIVE };

/// What the counters call it.
enum class Group : u8 { INTEGER, FLOAT, CONVERT, MOVE, COMPARE, GLOBAL, SHARED, PARAM, DP4A, MMA, SHUFFLE, CONTROL, OTHER };
constexpr int GROUPS = 13;
extern const char* const GROUP_NAMES[GROUPS];

enum class Space : u8 { GLOBAL, SHARED, PARAM, LOCAL, GENERIC };

/// One instruction, decoded: two lines of the processor's cache, of which most use the first only. An operand is the offset
/// of its 32 lanes in the warp's registers; vectors are spread over operands.
struct alignas(64) Instruction {
    Handler run = nullptr;
    Kind kind = Kind::PLAIN;
    Group group = Group::OTHER;
    Space space = Space::GLOBAL;
    bool negated = false;   // of the guard
    u8 count = 0;           // operands
    u8 elements = 1;        // of a vector
    u8 variant = 0;         // what its spelling says to a handler of several
    bool beforeJoin = false;  // other lanes may wait at the next instruction
    s32 guard = -1;         // predicate, or -1
    s32 target = -1;        // of a branch
    s64 offset = 0;         // added to an address; number of a barrier; groups that cp.async.wait_group leaves
    u32 at[MOST_OPERANDS] = {};
    u8 width[MOST_OPERANDS] = {};  // bytes a lane; 0: predicate
    u16 negatedOperands = 0;       // predicates used as !p
    u32 line = 0;           // in the module's text
    u32 slot = 0;           // of an access to shared memory: number of the pattern that a block remembers
    s64 fromOffset = 0;     // of cp.async's second address
};
static_assert(sizeof(Instruction) == 128, "two lines");

struct Special {
    u32 at;
    u8 what;
};

/// A register that holds the same in all lanes from the beginning. Width 0: a predicate.
struct Constant {
    u32 at;
    u8 width;
    u64 value;
};

struct Param {
    u32 offset, size;
};

struct Kernel {
    std::string name;
    std::vector<Param> params;
    u32 paramBytes = 0;
    std::vector<Instruction> code;
    std::vector<std::string> text;  // of each instruction
    u32 slots = 1;                  // accesses to shared memory; the first is everybody's
    u32 registerBytes = 0;
    std::vector<Constant> constants;
    std::vector<Special> specials;
    u32 sharedBytes = 0, localBytes = 0;
    u32 maxThreads = 1024;
    u32 registers = 0;              // 32-bit virtual ones, as declared
};

struct Module {
    int version = 0, target = 0;
    std::map<std::string, std::shared_ptr<Kernel>> kernels;
};

struct ParseError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Parses the text of a module. Throws ParseError, which names the line.
Module parse(const std::string& text);

/// One spelling of an opcode. The signature has a letter for each operand, vectors spread out:
/// h w q: 2, 4, 8 bytes; x: 16 bits or wider as its register; p: predicate; a: address.
struct Spelling {
    Handler run;
    std::string signature;
    Group group;
    Kind kind;
    Space space;
    u8 variant;
};

class Spellings {
public:
    void add(const std::string& name, const std::string& signature, Handler run, Group group, Kind kind = Kind::PLAIN,
             Space space = Space::GLOBAL, u8 variant = 0);
    const Spelling* find(const std::string& name) const;
    std::vector<std::string> names() const;

private:
    std::map<std::string, Spelling> all;
};

/// Every spelling that the machine knows.
const Spellings& spellings();

void addIntegers(Spellings&);
void addComparisons(Spellings&);
void addMoves(Spellings&);
void addFloats(Spellings&);
void addConversions(Spellings&);
void addMemory(Spellings&);
void addAtomics(Spellings&);
void addCollectives(Spellings&);
void addMatrices(Spellings&);
}  // namespace ptx
