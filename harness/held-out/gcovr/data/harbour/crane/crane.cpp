// Lifts crates from ships.
#include "crane.h"

#include <stdexcept>

Crane::Crane(double limit) : limit(limit) {
}

bool Crane::lift(double tons, double wind) {
    if (wind > 14)
        return false;
    if (tons > limit) {
        ++refused;
        return false;
    }
    ++lifted;
    return true;
}

void Crane::service(int hours) {
    if (hours < 0)
        throw std::invalid_argument("hours");
    while (hours > 0) {
        hours -= 8;
        ++services;
    }
}

int Crane::total() const {
    return lifted + refused;
}
