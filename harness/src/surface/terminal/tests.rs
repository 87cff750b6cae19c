//! Programs on terminals, as steps use them: small shells and Python that do as a test says.
