// What the stand-in libraries share: counted objects, noted violations, and switches that make a call fail or lie.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#define EXPORT __attribute__((visibility("default")))

extern "C" {
EXPORT void standin_reset();                                 // forgets all but the objects that live
EXPORT void standin_set(char const* key, int64_t value);     // "fail.CALL", "lie.WHAT", "hold", "rendezvous", "version"
EXPORT int64_t standin_get(char const* key);                 // a switch, or a count: "live", "live.KIND", "calls.WHAT", "running", "most", "pending"
EXPORT char const* standin_text(char const* key);            // "violations", "destroyed", "living"; valid until the next call on the thread
}

namespace standin
{
EXPORT void violation(std::string const& what);
EXPORT void count(std::string const& what);
EXPORT void born(char const* kind, void const* object);
EXPORT void died(char const* kind, void const* object);
EXPORT bool on(char const* key);
EXPORT bool deviceMemory(void const* address, std::size_t bytes);
EXPORT bool deviceIs(void const* address);                   // its device is the calling thread's own
EXPORT void push(void* stream, std::function<void()> work);  // runs when the stream is waited for
EXPORT void run(std::function<void()> const& work);          // counts who runs at once; here "hold" and "rendezvous" wait

inline void expect(bool condition, std::string const& what)
{
    if (!condition)
        violation(what);
}

// How an object lives on in those that were made from it.
struct Life
{
    char const* kind;
    bool alive = true;
    int children = 0;
};

// Counted from construction to destruction, and not to be destroyed before what was made from it.
class Counted
{
public:
    explicit Counted(char const* kind, std::shared_ptr<Life> parent = nullptr) : mLife(new Life{kind}), mParent(std::move(parent))
    {
        born(kind, this);
        if (mParent)
            mParent->children++;
    }
    ~Counted()
    {
        if (mParent)
        {
            expect(mParent->alive, std::string(mLife->kind) + " outlived the " + mParent->kind + " that it was made from");
            mParent->children--;
        }
        expect(mLife->children == 0, std::string(mLife->kind) + " was destroyed before what was made from it");
        mLife->alive = false;
        died(mLife->kind, this);
    }
    Counted(Counted const&) = delete;

    std::shared_ptr<Life> life() const { return mLife; }

private:
    std::shared_ptr<Life> mLife, mParent;
};
}
