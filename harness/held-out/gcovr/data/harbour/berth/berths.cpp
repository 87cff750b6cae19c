// Which ship lies where.
#include "berths.h"

#include "../../lib/units.h"

int Berths::moor(const std::string &ship, double draught) {
    for (int at = 0; at < 4; ++at) {
        if (ships[at].empty() && deep_enough(draught, depths[at])) {
            ships[at] = ship;
            return at;
        }
    }
    return -1;
}

bool Berths::cast_off(const std::string &ship) {
    for (auto &it : ships) {
        if (it == ship) {
            it.clear();
            return true;
        }
    }
    return false;
}

int Berths::free() const {
    int count = 0;
    for (const auto &it : ships)
        if (it.empty())
            ++count;
    return count;
}

// GCOVR_EXCL_START
void Berths::dump() const {
    for (const auto &it : ships)
        std::puts(it.c_str());
}
// GCOVR_EXCL_STOP
