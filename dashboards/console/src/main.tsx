/** The console: preferences, data, and the pages in them. */
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import './tables.css';
import { PreferencesProvider } from './preferences.tsx';
import { Refusal } from './refusal.ts';

const RETRIES = 2;
const FRESH_MS = 5_000;

/** A session that is over shows first in whatever is asked next; who is signed in is then asked again. */
const queryCache = new QueryCache({
  onError: (error, { queryKey: [name] }) => {
    if (error instanceof Refusal && error.status === 401 && name !== 'me') {
      void client.invalidateQueries({ queryKey: ['me'] });
    }
  },
});

const client = new QueryClient({
  queryCache,
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      // What was refused stays refused; what did not answer may answer next time.
      retry: (count, error) => !(error instanceof Refusal && error.status < 500) && count < RETRIES,
    },
  },
});

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <PreferencesProvider>
      <QueryClientProvider client={client}>
        <App />
      </QueryClientProvider>
    </PreferencesProvider>
  </StrictMode>,
);
