// Lifts crates from ships.
#pragma once

class Crane {
  public:
    explicit Crane(double limit);
    bool lift(double tons, double wind);
    void service(int hours);
    int total() const;
    bool idle() const { return lifted == 0; }

  private:
    double limit;
    int lifted = 0;
    int refused = 0;
    int services = 0;
};
